package dev.lockstep.host.memory;

/** The system refuses memory or rights on it. */
public final class NativeMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NativeMemoryException(String message) {
        super(message);
    }
}
