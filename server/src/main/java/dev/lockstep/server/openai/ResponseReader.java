package dev.lockstep.server.openai;

import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.Conversation;
import dev.lockstep.engine.service.Tool;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.text.Tokenizer;
import dev.lockstep.text.template.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads requests for responses: a conversation as a list of items. */
final class ResponseReader {
    /** Names of the engine's parameters as clients know them. */
    static final Map<String, String> FIELDS = Map.of(
            "input", "input",
            "constraint", "text.format",
            "maxTokens", "max_output_tokens");

    private final JsonFields fields;
    private final List<Message> messages = new ArrayList<>();

    private ResponseReader(JsonFields fields) {
        this.fields = fields;
    }

    static CompletionRequest read(JsonFields fields, Tokenizer tokenizer) {
        Map<String, Object> variables = new LinkedHashMap<>();
        fields.object("reasoning")
                .flatMap(reasoning -> reasoning.string("effort"))
                .ifPresent(effort -> variables.put("reasoning_effort", effort));
        List<Tool> tools = ToolReader.tools(fields);
        Conversation conversation = Conversation.of(new ResponseReader(fields).messages())
                .withTools(tools, ToolReader.choice(fields, tools), fields.flag("parallel_tool_calls", true))
                .withTemplateVariables(variables);
        return RequestReader.common(fields, conversation, tokenizer)
                .maxTokens(RequestReader.maxTokens(fields, "max_output_tokens"))
                .constraint(FormatReader.ofResponses(fields))
                .build();
    }

    private List<Message> messages() {
        fields.string("instructions").ifPresent(text -> messages.add(Message.of("system", text)));
        JsonNode input = fields.node("input").orElseThrow(() -> fields.missing("input"));
        if (input.isString()) {
            messages.add(Message.of("user", input.stringValue()));
            return messages;
        }
        List<JsonFields> items = fields.objects("input");
        if (items.isEmpty()) {
            throw fields.invalid("input", "is an empty list");
        }
        items.forEach(this::item);
        return messages;
    }

    private void item(JsonFields item) {
        String type = item.string("type").orElse("message");
        switch (type) {
            case "message" -> {
                String role = item.requiredString("role");
                if (!item.has("content")) {
                    throw item.missing("content");
                }
                messages.add(Message.of(role.equals("developer") ? "system" : role, MessageReader.content(item)));
            }
            case "function_call" ->
                messages.add(new Message(
                        "assistant",
                        "",
                        Map.of(
                                "tool_calls",
                                List.of(MessageReader.toolCall(
                                        item.requiredString("call_id"),
                                        item.requiredString("name"),
                                        item.string("arguments").orElse("{}"))))));
            case "function_call_output" ->
                messages.add(new Message(
                        "tool", item.requiredString("output"), Map.of("tool_call_id", item.requiredString("call_id"))));
            case "reasoning" -> {
                // What a model thought is not shown to it again.
            }
            default -> throw item.unsupported("type", "is " + type + "; this model reads text and calls of functions");
        }
    }
}
