package dev.lockstep.engine.service;

import dev.lockstep.text.json.Json;
import dev.lockstep.text.json.JsonException;
import dev.lockstep.text.template.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts tools and earlier calls into the form that chat templates expect. */
final class ToolPrompts {
    private ToolPrompts() {}

    /** Descriptions of tools as templates read them. */
    static List<Map<String, ?>> descriptions(List<Tool> tools) {
        List<Map<String, ?>> descriptions = new ArrayList<>();
        for (Tool tool : tools) {
            Map<String, Object> function = new LinkedHashMap<>();
            function.put("name", tool.name());
            function.put("description", tool.description());
            function.put("parameters", java(tool));
            Map<String, Object> description = new LinkedHashMap<>();
            description.put("type", "function");
            description.put("function", function);
            descriptions.add(description);
        }
        return descriptions;
    }

    private static Object java(Tool tool) {
        try {
            if (Json.parse(tool.parameters()) instanceof Json.Obj object) {
                return object.toJava();
            }
        } catch (JsonException broken) {
            throw new InvalidRequestException(
                    "tools", "the parameters of the tool \"" + tool.name() + "\": " + broken.getMessage());
        }
        throw new InvalidRequestException(
                "tools", "the parameters of the tool \"" + tool.name() + "\" must be a JSON schema, an object");
    }

    /** The message with arguments of calls as values: templates write them as JSON themselves. */
    static Message normalized(Message message) {
        if (!(message.fields().get("tool_calls") instanceof List<?> calls)) {
            return message;
        }
        Map<String, Object> fields = new LinkedHashMap<>(message.fields());
        fields.put("tool_calls", calls.stream().map(ToolPrompts::normalizedCall).toList());
        return new Message(message.role(), message.content(), fields);
    }

    private static Object normalizedCall(Object call) {
        if (!(call instanceof Map<?, ?> map)
                || !(map.get("function") instanceof Map<?, ?> function)
                || !(function.get("arguments") instanceof String arguments)) {
            return call;
        }
        try {
            Map<Object, Object> parsed = new LinkedHashMap<>(function);
            parsed.put("arguments", Json.parse(arguments).toJava());
            Map<Object, Object> normalized = new LinkedHashMap<>(map);
            normalized.put("function", parsed);
            return normalized;
        } catch (JsonException broken) {
            return call;
        }
    }

    /** For templates that know nothing of tools: a system message that explains them, in the words of the common convention. */
    static List<Message> explained(List<Message> messages, List<Tool> tools) {
        var text = new StringBuilder(
                "You can call functions to help with the request. The functions, one to a line:\n<tools>\n");
        for (Map<String, ?> description : descriptions(tools)) {
            text.append(Json.of(description)).append('\n');
        }
        text.append(
                "</tools>\nTo call one, write an object with its name and arguments, and nothing else:\n<tool_call>\n"
                        + "{\"name\": \"NAME\", \"arguments\": {...}}\n</tool_call>");
        List<Message> all = new ArrayList<>(messages);
        if (!all.isEmpty()
                && all.getFirst().role().equals("system")
                && all.getFirst().content() instanceof String system) {
            all.set(0, Message.of("system", system + "\n\n" + text));
        } else {
            all.addFirst(Message.of("system", text.toString()));
        }
        return all;
    }
}
