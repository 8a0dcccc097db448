package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;

/** A request that is not taken; its kinds say what the caller can do about it. */
public abstract sealed class RefusedException extends EngineException
        permits InvalidRequestException, ContextExceededException, OverloadedException, ServiceClosedException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }
}
