package dev.lockstep.engine.service;

import dev.lockstep.engine.FinishReason;
import java.util.List;
import java.util.Optional;

/** What came out of a request. */
public record CompletionResult(List<Choice> choices, Usage usage, Timings timings, Optional<Receipt> receipt) {
    public CompletionResult {
        choices = List.copyOf(choices);
    }

    /**
     * One of the answers.
     *
     * @param text the answer, without reasoning and tool calls
     * @param reasoning what the model thought first; empty if nothing
     * @param tokens chosen tokens, without the one that ended the answer
     */
    public record Choice(
            String text,
            String reasoning,
            List<ToolCall> toolCalls,
            List<ScoredToken> tokens,
            FinishReason finishReason) {}

    /** @param arguments as JSON text */
    public record ToolCall(String id, String name, String arguments) {}

    /** Computed (not cached) tokens of the prompt per second until the first token; 0 if there are none. */
    public double promptTokensPerSecond() {
        long nanos = timings.firstTokenNanos() == 0 ? timings.totalNanos() : timings.firstTokenNanos();
        return perSecond(usage.promptTokens() - usage.cachedTokens(), nanos);
    }

    /** Tokens of the answers per second after the first ones; 0 if there are none. */
    public double answerTokensPerSecond() {
        return perSecond(
                Math.max(0, usage.completionTokens() - choices.size()),
                timings.totalNanos() - timings.firstTokenNanos());
    }

    private static double perSecond(int count, long nanos) {
        return nanos <= 0 ? 0 : count * 1e9 / nanos;
    }

    /** The first, often the only, choice's text. */
    public String text() {
        return choices.getFirst().text();
    }
}
