package dev.lockstep.text.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One message of a conversation.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant}, {@code tool}, or what the template knows
 * @param content a string, or a list of parts as in {@code List.of(Map.of("type", "text", "text", "Hello"))}
 * @param fields further fields that the template may read, such as {@code tool_calls}; a field named like the other two
 *     replaces them
 */
public record Message(String role, Object content, Map<String, ?> fields) {

    public Message {
        if (!(content instanceof String) && !(content instanceof List<?>)) {
            throw new IllegalArgumentException("the content of a message is a string or a list of parts, not a "
                    + content.getClass().getName());
        }
    }

    public static Message of(String role, String content) {
        return new Message(role, content, Map.of());
    }

    Map<String, Object> asVariable() {
        Map<String, Object> variable = new LinkedHashMap<>();
        variable.put("role", role);
        variable.put("content", content);
        variable.putAll(fields);
        return variable;
    }
}
