package dev.lockstep.server.openai;

import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.Conversation;
import dev.lockstep.engine.service.Input;
import dev.lockstep.engine.service.Priority;
import dev.lockstep.engine.service.Tool;
import dev.lockstep.engine.service.WhenContextIsFull;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.http.Plain;
import dev.lockstep.server.serving.SamplingReader;
import dev.lockstep.text.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** Reads what the endpoints for chats and completions have in common. */
final class RequestReader {
    /** Names of the engine's parameters as clients know them. */
    static final Map<String, String> CHAT_FIELDS = Map.of(
            "input", "messages",
            "constraint", "response_format",
            "stopStrings", "stop",
            "choices", "n",
            "alternatives", "top_logprobs",
            "maxTokens", "max_completion_tokens",
            "whenContextIsFull", "context_shift");

    static final Map<String, String> COMPLETION_FIELDS = Map.of(
            "input", "prompt",
            "constraint", "grammar",
            "stopStrings", "stop",
            "choices", "n",
            "alternatives", "logprobs",
            "maxTokens", "max_tokens",
            "whenContextIsFull", "context_shift");

    private static final int MAX_STOPS = 64;
    private static final int MAX_ALTERNATIVES = 20;

    private RequestReader() {}

    static CompletionRequest.Builder common(JsonFields fields, Input input, Tokenizer tokenizer) {
        List<String> stops = fields.strings("stop");
        if (stops.size() > MAX_STOPS) {
            throw fields.invalid("stop", "has " + stops.size() + " texts, must have " + MAX_STOPS + " at most");
        }
        if (stops.contains("")) {
            throw fields.invalid("stop", "has an empty text, which would end every answer; leave it out");
        }
        return CompletionRequest.of(input)
                .sampling(SamplingReader.read(fields, tokenizer))
                .stopStrings(stops)
                .choices(fields.integer("n", 1, CompletionRequest.MAX_CHOICES).orElse(1))
                .priority(priority(fields))
                .whenContextIsFull(
                        fields.flag("context_shift", false) ? WhenContextIsFull.SHIFT : WhenContextIsFull.FINISH)
                .ignoreEndOfGeneration(fields.flag("ignore_eos", false))
                .receipt(fields.flag("receipt", false));
    }

    static CompletionRequest chat(JsonFields fields, Tokenizer tokenizer) {
        CompletionRequest.Builder request = common(fields, conversation(fields), tokenizer)
                .maxTokens(maxTokens(fields, "max_completion_tokens", "max_tokens"))
                .constraint(FormatReader.ofChat(fields));
        OptionalInt alternatives = fields.integer("top_logprobs", 0, MAX_ALTERNATIVES);
        if (fields.flag("logprobs", false)) {
            request.alternatives(alternatives.orElse(0));
        } else if (alternatives.isPresent()) {
            throw fields.invalid("top_logprobs", "needs logprobs to be true");
        }
        return request.build();
    }

    static CompletionRequest gap(JsonFields fields, Tokenizer tokenizer) {
        String after = fields.string("suffix").orElse("");
        Prompt prompt = PromptReader.gap(fields, fields.requiredString("prompt"), after, "suffix", tokenizer);
        return common(fields, new Input.Continue(prompt), tokenizer)
                .maxTokens(maxTokens(fields, "max_tokens"))
                .build();
    }

    static Conversation conversation(JsonFields fields) {
        List<Tool> tools = ToolReader.tools(fields);
        Map<String, Object> variables = new LinkedHashMap<>();
        fields.object("chat_template_kwargs")
                .ifPresent(more -> Plain.map(more.asNode()).forEach((name, value) -> {
                    if (value != null) {
                        variables.put(name, value);
                    }
                }));
        fields.string("reasoning_effort").ifPresent(effort -> variables.put("reasoning_effort", effort));
        return Conversation.of(MessageReader.read(fields))
                .withTools(tools, ToolReader.choice(fields, tools), fields.flag("parallel_tool_calls", true))
                .withTemplateVariables(variables);
    }

    /** The first of some fields that is there; no limit but the context's if none is. */
    static int maxTokens(JsonFields fields, String... names) {
        for (String name : names) {
            OptionalInt limit = fields.integer(name, 1, Integer.MAX_VALUE);
            if (limit.isPresent()) {
                return limit.getAsInt();
            }
        }
        return CompletionRequest.UNLIMITED;
    }

    private static Priority priority(JsonFields fields) {
        String word = fields.string("priority").orElse("normal");
        return switch (word) {
            case "high" -> Priority.HIGH;
            case "normal" -> Priority.NORMAL;
            case "low" -> Priority.LOW;
            default ->
                throw fields.invalid(
                        "priority", "is " + word.toLowerCase(Locale.ROOT) + ", must be high, normal or low");
        };
    }
}
