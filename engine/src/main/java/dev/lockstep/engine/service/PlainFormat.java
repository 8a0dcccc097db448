package dev.lockstep.engine.service;

import dev.lockstep.text.template.Message;
import java.util.List;

/**
 * For models without a chat template: the system message, then {@code User: } and {@code Assistant: } before each message,
 * with empty lines between them.
 */
final class PlainFormat {
    private static final String USER = "User:";
    private static final String ASSISTANT = "Assistant:";

    /** What ends an answer besides the tokens that end it. */
    static final List<String> STOP_STRINGS = List.of("\n" + USER);

    private PlainFormat() {}

    /** The text up to where the assistant's next answer begins. */
    static String render(List<Message> messages) {
        var text = new StringBuilder();
        for (Message message : messages) {
            String content = content(message).strip();
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

    private static String content(Message message) {
        if (message.content() instanceof String text) {
            return text;
        }
        throw new InvalidRequestException(
                "input", "this model has no chat template, so that the content of a message must be text");
    }
}
