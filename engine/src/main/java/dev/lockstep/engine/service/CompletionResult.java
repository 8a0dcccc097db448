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

    /** The first, often the only, choice's text. */
    public String text() {
        return choices.getFirst().text();
    }
}
