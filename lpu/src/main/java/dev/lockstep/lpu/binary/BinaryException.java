package dev.lockstep.lpu.binary;

import dev.lockstep.lpu.LpuException;

/** Bytes that are no program. */
public final class BinaryException extends LpuException {
    private static final long serialVersionUID = 1;

    public BinaryException(String message) {
        super(message);
    }

    BinaryException(String message, Throwable cause) {
        super(message, cause);
    }
}
