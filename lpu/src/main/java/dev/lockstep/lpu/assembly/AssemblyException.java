package dev.lockstep.lpu.assembly;

import dev.lockstep.lpu.LpuException;

/** Text that is no program, with the line. */
public final class AssemblyException extends LpuException {
    private static final long serialVersionUID = 1;

    public AssemblyException(String message) {
        super(message);
    }

    AssemblyException(String message, Throwable cause) {
        super(message, cause);
    }
}
