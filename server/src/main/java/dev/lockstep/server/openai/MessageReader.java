package dev.lockstep.server.openai;

import dev.lockstep.server.http.Json;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.http.Plain;
import dev.lockstep.text.template.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads the messages of a conversation, for the chat template. */
final class MessageReader {
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");
    private static final Set<String> TEXT_PARTS = Set.of("text", "input_text", "output_text", "refusal");

    private MessageReader() {}

    /** The messages, at least one. */
    static List<Message> read(JsonFields request) {
        List<JsonFields> objects = request.objects("messages");
        if (objects.isEmpty()) {
            throw request.has("messages")
                    ? request.invalid("messages", "is empty; send one message at least")
                    : request.missing("messages");
        }
        return objects.stream().map(MessageReader::message).toList();
    }

    private static Message message(JsonFields fields) {
        String role = fields.requiredString("role");
        if (!ROLES.contains(role)) {
            throw fields.invalid("role", "is " + role + ", must be system, developer, user, assistant or tool");
        }
        List<Map<String, Object>> calls = toolCalls(fields);
        boolean mayBeEmpty = role.equals("assistant") && (!calls.isEmpty() || fields.has("refusal"));
        if (!fields.has("content") && !mayBeEmpty) {
            throw fields.missing("content");
        }
        Map<String, Object> more = new LinkedHashMap<>();
        if (!calls.isEmpty()) {
            more.put("tool_calls", calls);
        }
        for (String name : List.of("name", "tool_call_id", "reasoning_content")) {
            fields.string(name).ifPresent(value -> more.put(name, value));
        }
        // Templates do not know the newer name.
        return new Message(role.equals("developer") ? "system" : role, content(fields), more);
    }

    /** The text of a message, whether it is one string or parts. */
    static String content(JsonFields fields) {
        if (fields.node("content").filter(JsonNode::isArray).isEmpty()) {
            return fields.string("content").orElse("");
        }
        var text = new StringBuilder();
        for (JsonFields part : fields.objects("content")) {
            String type = part.requiredString("type");
            if (!TEXT_PARTS.contains(type)) {
                throw part.unsupported("type", "is " + type + "; this model reads text only");
            }
            text.append(part.requiredString(type.equals("refusal") ? "refusal" : "text"));
        }
        return text.toString();
    }

    private static List<Map<String, Object>> toolCalls(JsonFields message) {
        List<Map<String, Object>> calls = new ArrayList<>();
        for (JsonFields call : message.objects("tool_calls")) {
            JsonFields function = call.object("function").orElseThrow(() -> call.missing("function"));
            calls.add(toolCall(
                    call.string("id").orElse(""),
                    function.requiredString("name"),
                    function.string("arguments").orElse("{}")));
        }
        return calls;
    }

    /** A call as templates know it: with arguments as an object, where clients have them as text. */
    static Map<String, Object> toolCall(String id, String name, String arguments) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", name);
        function.put("arguments", arguments(arguments));
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("id", id);
        call.put("type", "function");
        call.put("function", function);
        return call;
    }

    private static Object arguments(String text) {
        try {
            JsonNode parsed = Json.parse(text);
            return parsed.isObject() ? Plain.map(parsed) : text;
        } catch (JacksonException noJson) {
            return text;
        }
    }
}
