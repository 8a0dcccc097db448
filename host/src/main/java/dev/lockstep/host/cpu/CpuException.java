package dev.lockstep.host.cpu;

/** This processor cannot be served, or not in the way that {@code LOCKSTEP_CPU} asks for. */
public final class CpuException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CpuException(String message) {
        super(message);
    }
}
