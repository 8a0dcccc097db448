package dev.lockstep.server.openai;

import dev.lockstep.engine.service.Tool;
import dev.lockstep.engine.service.ToolChoice;
import dev.lockstep.server.http.Json;
import dev.lockstep.server.http.JsonFields;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads the tools that a model may call. */
final class ToolReader {
    private static final String NO_PARAMETERS = "{\"type\":\"object\",\"properties\":{}}";

    private ToolReader() {}

    /** Tools of chat completions, whose descriptions are in {@code function}, and of responses, where they lie open. */
    static List<Tool> tools(JsonFields request) {
        List<Tool> tools = new ArrayList<>();
        for (JsonFields tool : request.objects("tools")) {
            String type = tool.requiredString("type");
            if (!type.equals("function")) {
                throw tool.unsupported("type", "is " + type + "; tools are functions here");
            }
            JsonFields function = tool.object("function").orElse(tool);
            tools.add(new Tool(
                    function.requiredString("name"),
                    function.string("description").orElse(""),
                    function.object("parameters")
                            .map(schema -> Json.text(schema.asNode()))
                            .orElse(NO_PARAMETERS)));
        }
        return tools;
    }

    static ToolChoice choice(JsonFields request, List<Tool> tools) {
        JsonNode node = request.node("tool_choice").orElse(null);
        if (node == null) {
            return ToolChoice.AUTO;
        }
        if (node.isObject()) {
            JsonFields named = request.object("tool_choice").orElseThrow();
            String name = named.object("function").orElse(named).requiredString("name");
            if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
                throw request.invalid("tool_choice", "names " + name + ", which is not among the tools");
            }
            return ToolChoice.named(name);
        }
        String word = request.requiredString("tool_choice");
        return switch (word) {
            case "auto" -> ToolChoice.AUTO;
            case "none" -> ToolChoice.NONE;
            case "required" -> {
                if (tools.isEmpty()) {
                    throw request.invalid("tool_choice", "is required, but there are no tools");
                }
                yield ToolChoice.REQUIRED;
            }
            default -> throw request.invalid("tool_choice", "is " + word + ", must be auto, none, required or a tool");
        };
    }
}
