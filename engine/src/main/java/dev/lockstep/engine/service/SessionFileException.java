package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;

/** A file holds no session of this model, or cannot be read or written. */
public final class SessionFileException extends EngineException {
    private static final long serialVersionUID = 1L;

    SessionFileException(String message) {
        super(message);
    }

    SessionFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
