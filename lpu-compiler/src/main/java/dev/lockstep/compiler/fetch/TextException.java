package dev.lockstep.compiler.fetch;

import dev.lockstep.lpu.LpuException;

/** There is no place for a program's text, or no time to fetch it. */
public final class TextException extends LpuException {
    private static final long serialVersionUID = 1;

    public TextException(String message) {
        super(message);
    }
}
