package dev.lockstep.engine.service;

import dev.lockstep.engine.PromptCheck;

/** The prompt does not fit the context. */
public final class ContextExceededException extends RefusedException {
    private static final long serialVersionUID = 1L;

    private final int tokens;
    private final int limit;

    public ContextExceededException(int tokens, int limit) {
        super(PromptCheck.tooLong(tokens, limit));
        this.tokens = tokens;
        this.limit = limit;
    }

    /** Of the prompt. */
    public int tokens() {
        return tokens;
    }

    /** Most tokens of a text. */
    public int limit() {
        return limit;
    }
}
