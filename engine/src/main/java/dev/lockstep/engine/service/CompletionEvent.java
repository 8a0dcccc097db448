package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FinishReason;

/**
 * What happens to a request, in order: {@link Started} first, {@link Completed} or {@link Failed} last and exactly once. Choices are
 * numbered from 0 and mixed.
 */
public sealed interface CompletionEvent {
    /** Its computation begins. */
    record Started(int promptTokens, int cachedTokens) implements CompletionEvent {}

    /** So many of the prompt's tokens have been read. */
    record Prefill(int done, int total) implements CompletionEvent {}

    /** A token was chosen; its text follows now, later or (control tokens) never. */
    record Token(int choice, ScoredToken token) implements CompletionEvent {}

    /** New text: whole characters, never empty, never a part of a stop string. */
    record Text(int choice, String text) implements CompletionEvent {}

    /** New text of what the model thinks before it answers; not a part of the answer. */
    record Reasoning(int choice, String text) implements CompletionEvent {}

    /** The model begins to call a tool; calls of a choice are numbered from 0. */
    record ToolCallStarted(int choice, int call, String id, String name) implements CompletionEvent {}

    /** More of the arguments of a call: JSON text when all are put together. */
    record ToolCallArguments(int choice, int call, String json) implements CompletionEvent {}

    /** A choice is complete. */
    record ChoiceFinished(int choice, FinishReason reason) implements CompletionEvent {}

    /** The end: all choices are complete, or the request was cancelled. */
    record Completed(CompletionResult result) implements CompletionEvent {}

    /** The end: it cannot be completed. */
    record Failed(EngineException cause) implements CompletionEvent {}
}
