package dev.lockstep.engine.service;

/** What happens to an answer that reaches the end of the context. A prompt that does not fit is refused in any case. */
public enum WhenContextIsFull {
    /** It ends, with {@link dev.lockstep.engine.FinishReason#LENGTH}. */
    FINISH,
    /**
     * The older half of the text is forgotten, except for its first tokens, and what is left is read again from the start: as if the
     * shorter text had been the prompt.
     */
    SHIFT
}
