package dev.lockstep.host.code;

/** An object file that cannot be loaded, or memory that the system does not give; the message says which and why. */
public final class CodeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CodeException(String message) {
        super(message);
    }
}
