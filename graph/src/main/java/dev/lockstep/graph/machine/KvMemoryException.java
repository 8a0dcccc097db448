package dev.lockstep.graph.machine;

/** The system gives a machine no memory for another KV block. Sequences of the step that needed it must not be used any more but to close them. */
public final class KvMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KvMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
