package dev.lockstep.engine.service;

import java.time.Duration;

/** There is more to do than can be done in time. */
public final class OverloadedException extends RefusedException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    public OverloadedException(String message, Duration retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    /** When it is likely to be better. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
