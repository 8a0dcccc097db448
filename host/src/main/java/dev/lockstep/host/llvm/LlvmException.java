package dev.lockstep.host.llvm;

/** LLVM cannot be loaded, or refuses what it was given; the message carries LLVM's own words. */
public final class LlvmException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LlvmException(String message) {
        super(message);
    }

    LlvmException(String message, Throwable cause) {
        super(message, cause);
    }
}
