package dev.lockstep.engine;

/** What was asked for cannot be done; the message is one sentence for the person who asked: what, where, what to do. */
public class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
