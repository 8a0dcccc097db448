package dev.lockstep.server.llamacpp;

import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.service.CompletionResult;
import org.jspecify.annotations.Nullable;

/**
 * An answer or a piece of one, as llama.cpp's server has it; the last piece with counts and times.
 *
 * @param stop whether this is the last piece
 * @param stopType {@code eos} or {@code limit}
 */
record Continuation(
        String content,
        boolean stop,
        @Nullable String model,
        @Nullable Integer tokensPredicted,
        @Nullable Integer tokensEvaluated,
        @Nullable Integer tokensCached,
        @Nullable String stopType,
        @Nullable Boolean truncated,
        @Nullable Times timings) {
    /** Tokens of the prompt that were computed, of the answer, and their milliseconds. */
    record Times(int promptN, double promptMs, int predictedN, double predictedMs, double predictedPerSecond) {
        static Times of(CompletionResult result) {
            var timings = result.timings();
            long first = timings.firstTokenNanos() == 0 ? timings.totalNanos() : timings.firstTokenNanos();
            return new Times(
                    result.usage().promptTokens() - result.usage().cachedTokens(),
                    Math.max(0, first - timings.queueNanos()) / 1e6,
                    result.usage().completionTokens(),
                    (timings.totalNanos() - first) / 1e6,
                    result.answerTokensPerSecond());
        }
    }

    static Continuation piece(String content) {
        return new Continuation(content, false, null, null, null, null, null, null, null);
    }

    static Continuation whole(String model, CompletionResult result) {
        CompletionResult.Choice choice = result.choices().getFirst();
        return end(model, choice.reasoning() + choice.text(), result);
    }

    static Continuation end(String model, String content, CompletionResult result) {
        boolean limit = result.choices().getFirst().finishReason() == FinishReason.LENGTH;
        return new Continuation(
                content,
                true,
                model,
                result.usage().completionTokens(),
                result.usage().promptTokens(),
                result.usage().cachedTokens(),
                limit ? "limit" : "eos",
                false,
                Times.of(result));
    }
}
