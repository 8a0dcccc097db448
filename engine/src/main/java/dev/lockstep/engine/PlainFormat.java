package dev.lockstep.engine;

import java.util.List;
import java.util.Locale;

/**
 * For models without a chat template: the system message, then {@code User: } and {@code Assistant: } before each message,
 * with empty lines between them.
 */
final class PlainFormat implements ConversationFormat {
    private static final String USER = "User:";

    @Override
    public String render(List<ChatMessage> messages) {
        var text = new StringBuilder();
        for (ChatMessage message : messages) {
            switch (message.role()) {
                case "system" -> text.append(message.content());
                case "user" -> text.append(USER).append(' ').append(message.content());
                default ->
                    text.append(message.role().substring(0, 1).toUpperCase(Locale.ROOT))
                            .append(message.role().substring(1))
                            .append(": ")
                            .append(message.content());
            }
            text.append("\n\n");
        }
        return text.append("Assistant:").toString();
    }

    @Override
    public List<String> stopStrings() {
        return List.of("\n" + USER);
    }
}
