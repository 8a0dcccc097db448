package dev.lockstep.server.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Usage;
import dev.lockstep.server.http.JsonFields;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A response: what was asked for, how far it is, and the items of the answer. Nulls are written out, because clients look for them. */
@JsonInclude
record ResponseObject(
        String id,
        String object,
        long createdAt,
        String status,
        @Nullable Object error,
        @Nullable Map<String, String> incompleteDetails,
        @Nullable JsonNode instructions,
        @Nullable JsonNode maxOutputTokens,
        String model,
        List<ResponseItem> output,
        boolean parallelToolCalls,
        @Nullable String previousResponseId,
        boolean store,
        @Nullable JsonNode temperature,
        @Nullable JsonNode topP,
        Object text,
        Object toolChoice,
        Object tools,
        String truncation,
        @Nullable JsonNode metadata,
        @Nullable ResponseUsage usage) {
    /** Tokens, as responses count them. */
    record ResponseUsage(
            int inputTokens,
            InputDetails inputTokensDetails,
            int outputTokens,
            OutputDetails outputTokensDetails,
            int totalTokens) {
        static ResponseUsage of(Usage usage) {
            return new ResponseUsage(
                    usage.promptTokens(),
                    new InputDetails(usage.cachedTokens()),
                    usage.completionTokens(),
                    new OutputDetails(0),
                    usage.promptTokens() + usage.completionTokens());
        }
    }

    record InputDetails(int cachedTokens) {}

    record OutputDetails(int reasoningTokens) {}

    /** A response that has just begun. */
    static ResponseObject begun(ChatHead head, JsonFields request) {
        return new ResponseObject(
                head.id(),
                "response",
                head.created(),
                "in_progress",
                null,
                null,
                request.node("instructions").orElse(null),
                request.node("max_output_tokens").orElse(null),
                head.model(),
                List.of(),
                request.flag("parallel_tool_calls", true),
                null,
                false,
                request.node("temperature").orElse(null),
                request.node("top_p").orElse(null),
                request.node("text").<Object>map(node -> node).orElse(Map.of("format", Map.of("type", "text"))),
                request.node("tool_choice").<Object>map(node -> node).orElse("auto"),
                request.node("tools").<Object>map(node -> node).orElse(List.of()),
                "disabled",
                request.node("metadata").orElse(null),
                null);
    }

    /** The same response at its end. */
    ResponseObject ended(CompletionResult result, List<ResponseItem> items) {
        boolean cut = result.choices().getFirst().finishReason() == FinishReason.LENGTH;
        return with(
                cut ? "incomplete" : "completed",
                null,
                cut ? Map.of("reason", "max_output_tokens") : null,
                items,
                ResponseUsage.of(result.usage()));
    }

    /** The same response, which cannot be completed. */
    ResponseObject failed(String code, String message) {
        return with("failed", Map.of("code", code, "message", message), null, output, null);
    }

    private ResponseObject with(
            String status,
            @Nullable Object error,
            @Nullable Map<String, String> incompleteDetails,
            List<ResponseItem> output,
            @Nullable ResponseUsage usage) {
        return new ResponseObject(
                id,
                object,
                createdAt,
                status,
                error,
                incompleteDetails,
                instructions,
                maxOutputTokens,
                model,
                output,
                parallelToolCalls,
                previousResponseId,
                store,
                temperature,
                topP,
                text,
                toolChoice,
                tools,
                truncation,
                metadata,
                usage);
    }
}
