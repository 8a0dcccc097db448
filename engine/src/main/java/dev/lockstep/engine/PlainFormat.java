package dev.lockstep.engine;

import java.util.List;

/**
 * For models without a chat template: the system message, then {@code User: } and {@code Assistant: } before each message,
 * with empty lines between them.
 */
public final class PlainFormat implements ConversationFormat {
    private static final String USER = "User:";
    private static final String ASSISTANT = "Assistant:";

    @Override
    public String render(List<ChatMessage> messages) {
        var text = new StringBuilder();
        for (ChatMessage message : messages) {
            String content = message.content().strip();
            text.append(
                    switch (message.role()) {
                        case "user" -> USER + " " + content;
                        case "assistant" -> ASSISTANT + " " + content;
                        default -> content;
                    });
            text.append("\n\n");
        }
        return text.append(ASSISTANT).toString();
    }

    @Override
    public List<String> stopStrings() {
        return List.of("\n" + USER);
    }
}
