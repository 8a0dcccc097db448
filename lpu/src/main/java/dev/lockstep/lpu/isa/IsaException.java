package dev.lockstep.lpu.isa;

import dev.lockstep.lpu.LpuException;

/** An instruction that no machine could have. */
public final class IsaException extends LpuException {
    private static final long serialVersionUID = 1;

    public IsaException(String message) {
        super(message);
    }
}
