package dev.lockstep.engine;

/**
 * Hears how a generation goes, on the thread that asked for it, between steps. A lambda listens to the text only. An exception
 * thrown here ends the generation and reaches the caller.
 */
@FunctionalInterface
public interface GenerationListener {
    /** New text: whole characters, never empty, never a part of a stop string. */
    void text(String text);

    /** The model chose {@code token}; its text follows now, later or (control tokens) never. */
    default void token(int token) {}

    /** {@code done} of the prompt's {@code total} tokens are in the KV cache. */
    default void prefill(int done, int total) {}

    /** Asked before every step; true ends the generation. */
    default boolean cancelled() {
        return false;
    }
}
