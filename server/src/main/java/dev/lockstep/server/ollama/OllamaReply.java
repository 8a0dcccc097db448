package dev.lockstep.server.ollama;

import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.server.http.Json;
import dev.lockstep.server.http.Plain;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * An answer or a piece of one, as Ollama's API has it: with {@code message} for chats, with {@code response} for prompts; the last piece
 * with how it ended. Durations are in nanoseconds.
 */
record OllamaReply(
        String model,
        String createdAt,
        @Nullable ReplyMessage message,
        @Nullable String response,
        @Nullable String thinking,
        boolean done,
        @Nullable String doneReason,
        @Nullable Long totalDuration,
        @Nullable Long loadDuration,
        @Nullable Integer promptEvalCount,
        @Nullable Long promptEvalDuration,
        @Nullable Integer evalCount,
        @Nullable Long evalDuration) {
    record ReplyMessage(
            String role,
            String content,
            @Nullable String thinking,
            @Nullable List<Map<String, ?>> toolCalls) {}

    /** What is told at a time. */
    record Said(String text, @Nullable String thinking, List<CompletionResult.ToolCall> calls) {
        static final Said NOTHING = new Said("", null, List.of());

        static Said text(String text) {
            return new Said(text, null, List.of());
        }

        static Said thinking(String thinking) {
            return new Said("", thinking, List.of());
        }
    }

    static OllamaReply piece(String model, boolean chat, Said said) {
        return new OllamaReply(
                model,
                Instant.now().toString(),
                chat ? message(said) : null,
                chat ? null : said.text(),
                chat ? null : said.thinking(),
                false,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    static OllamaReply end(String model, boolean chat, Said said, CompletionResult result) {
        var timings = result.timings();
        return new OllamaReply(
                model,
                Instant.now().toString(),
                chat ? message(said) : null,
                chat ? null : said.text(),
                chat ? null : said.thinking(),
                true,
                result.choices().getFirst().finishReason() == FinishReason.LENGTH ? "length" : "stop",
                timings.totalNanos(),
                0L,
                result.usage().promptTokens(),
                Math.max(0, timings.firstTokenNanos() - timings.queueNanos()),
                result.usage().completionTokens(),
                timings.firstTokenNanos() == 0 ? 0 : timings.totalNanos() - timings.firstTokenNanos());
    }

    private static ReplyMessage message(Said said) {
        List<Map<String, ?>> calls =
                said.calls().stream().<Map<String, ?>>map(OllamaReply::call).toList();
        return new ReplyMessage("assistant", said.text(), said.thinking(), calls.isEmpty() ? null : calls);
    }

    /** Arguments are an object here, and text at OpenAI's; those that a limit has cut are no object, and are left out. */
    private static Map<String, ?> call(CompletionResult.ToolCall call) {
        return Map.of("function", Map.of("name", call.name(), "arguments", arguments(call.arguments())));
    }

    private static Map<String, ?> arguments(String json) {
        try {
            return Plain.map(Json.parse(json));
        } catch (JacksonException cut) {
            return Map.of();
        }
    }
}
