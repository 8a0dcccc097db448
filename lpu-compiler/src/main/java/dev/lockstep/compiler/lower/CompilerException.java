package dev.lockstep.compiler.lower;

import dev.lockstep.lpu.LpuException;

/** A model that cannot be compiled for these chips. */
public class CompilerException extends LpuException {
    private static final long serialVersionUID = 1;

    public CompilerException(String message) {
        super(message);
    }
}
