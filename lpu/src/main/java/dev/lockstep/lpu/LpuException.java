package dev.lockstep.lpu;

/** The root of what this module refuses: one sentence that says what, where and what to do. */
public class LpuException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LpuException(String message) {
        super(message);
    }

    public LpuException(String message, Throwable cause) {
        super(message, cause);
    }
}
