package dev.lockstep.server.ollama;

import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.Constraint;
import dev.lockstep.engine.service.Conversation;
import dev.lockstep.engine.service.Input;
import dev.lockstep.engine.service.Tool;
import dev.lockstep.engine.service.ToolChoice;
import dev.lockstep.server.http.Json;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.http.Plain;
import dev.lockstep.server.serving.SamplingReader;
import dev.lockstep.text.Tokenizer;
import dev.lockstep.text.template.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads requests in the form of Ollama's API. */
final class OllamaRequests {
    /** Names of the engine's parameters as clients know them. */
    static final Map<String, String> FIELDS = Map.of(
            "input", "messages",
            "constraint", "format",
            "stopStrings", "options.stop",
            "maxTokens", "options.num_predict");

    private static final String NO_IMAGES = "is not supported: this model reads text only";

    private OllamaRequests() {}

    static CompletionRequest chat(JsonFields fields, Tokenizer tokenizer) {
        List<Message> messages =
                fields.objects("messages").stream().map(OllamaRequests::message).toList();
        if (messages.isEmpty()) {
            throw fields.missing("messages");
        }
        return request(
                fields,
                Conversation.of(messages)
                        .withTools(tools(fields), ToolChoice.AUTO, true)
                        .withTemplateVariables(thinking(fields)),
                tokenizer);
    }

    static CompletionRequest generate(JsonFields fields, Tokenizer tokenizer) {
        for (String name : List.of("template", "context")) {
            if (fields.has(name)) {
                throw fields.unsupported(name, "is not supported; use /api/chat");
            }
        }
        refuseImages(fields);
        String prompt = fields.requiredString("prompt");
        Optional<String> after = fields.string("suffix").filter(text -> !text.isEmpty());
        if (after.isPresent()) {
            if (tokenizer.fillTokens().isEmpty()) {
                throw fields.unsupported("suffix", "is not supported: this model does not fill in the middle");
            }
            return request(fields, new Input.Continue(new Prompt.Fill(prompt, after.get(), List.of())), tokenizer);
        }
        if (fields.flag("raw", false)) {
            return request(fields, new Input.Continue(new Prompt.Text(prompt, true)), tokenizer);
        }
        List<Message> messages = new ArrayList<>();
        fields.string("system").ifPresent(system -> messages.add(Message.of("system", system)));
        messages.add(Message.of("user", prompt));
        return request(fields, Conversation.of(messages).withTemplateVariables(thinking(fields)), tokenizer);
    }

    private static CompletionRequest request(JsonFields fields, Input input, Tokenizer tokenizer) {
        CompletionRequest.Builder request = CompletionRequest.of(input).constraint(format(fields));
        Optional<JsonFields> options = fields.object("options");
        if (options.isEmpty()) {
            return request.sampling(SamplingReader.read(fields, tokenizer)).build();
        }
        return withOptions(request, options.get(), tokenizer).build();
    }

    private static CompletionRequest.Builder withOptions(
            CompletionRequest.Builder request, JsonFields options, Tokenizer tokenizer) {
        int limit = options.integer("num_predict", -2, Integer.MAX_VALUE).orElse(-1);
        SamplingParameters sampling = SamplingReader.read(options, tokenizer);
        return request.sampling(sampling)
                .stopStrings(options.strings("stop"))
                .maxTokens(limit < 0 ? CompletionRequest.UNLIMITED : limit);
    }

    private static Message message(JsonFields fields) {
        refuseImages(fields);
        Map<String, Object> more = new LinkedHashMap<>();
        if (fields.has("tool_calls")) {
            List<Object> calls = new ArrayList<>();
            for (JsonFields call : fields.objects("tool_calls")) {
                calls.add(Map.of("type", "function", "function", function(call)));
            }
            more.put("tool_calls", calls);
        }
        fields.string("tool_name").ifPresent(name -> more.put("name", name));
        fields.string("thinking").ifPresent(thinking -> more.put("reasoning_content", thinking));
        return new Message(
                fields.requiredString("role"), fields.string("content").orElse(""), more);
    }

    private static Map<String, ?> function(JsonFields call) {
        JsonFields function = call.object("function").orElseThrow(() -> call.missing("function"));
        return Map.of(
                "name",
                function.requiredString("name"),
                "arguments",
                function.object("arguments")
                        .<Object>map(arguments -> Plain.map(arguments.asNode()))
                        .orElse(Map.of()));
    }

    private static List<Tool> tools(JsonFields fields) {
        List<Tool> tools = new ArrayList<>();
        for (JsonFields tool : fields.objects("tools")) {
            JsonFields function = tool.object("function").orElseThrow(() -> tool.missing("function"));
            tools.add(new Tool(
                    function.requiredString("name"),
                    function.string("description").orElse(""),
                    function.object("parameters")
                            .map(schema -> Json.text(schema.asNode()))
                            .orElse("{\"type\":\"object\",\"properties\":{}}")));
        }
        return tools;
    }

    private static Constraint format(JsonFields fields) {
        JsonNode format = fields.node("format").orElse(null);
        if (format == null || format.isString() && format.stringValue().isEmpty()) {
            return Constraint.NONE;
        }
        if (format.isObject()) {
            return new Constraint.JsonSchema(Json.text(format));
        }
        if (fields.requiredString("format").equals("json")) {
            return Constraint.JSON_OBJECT;
        }
        throw fields.invalid("format", "must be \"json\" or a JSON schema");
    }

    /** Whether the model is to think first, as the templates of those that can call it. */
    private static Map<String, ?> thinking(JsonFields fields) {
        return fields.node("think")
                .<Map<String, ?>>map(think -> think.isString()
                        ? Map.of("reasoning_effort", think.stringValue(), "enable_thinking", true)
                        : Map.of("enable_thinking", fields.flag("think", true)))
                .orElse(Map.of());
    }

    private static void refuseImages(JsonFields fields) {
        if (!fields.elements("images").isEmpty()) {
            throw fields.unsupported("images", NO_IMAGES);
        }
    }
}
