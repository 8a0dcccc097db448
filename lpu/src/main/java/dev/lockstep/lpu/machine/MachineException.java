package dev.lockstep.lpu.machine;

import dev.lockstep.lpu.LpuException;

/** A machine description that cannot be used: file, line, and what to write instead. */
public final class MachineException extends LpuException {
    private static final long serialVersionUID = 1;

    public MachineException(String message) {
        super(message);
    }

    public MachineException(String message, Throwable cause) {
        super(message, cause);
    }
}
