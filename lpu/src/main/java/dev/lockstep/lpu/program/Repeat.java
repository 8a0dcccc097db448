package dev.lockstep.lpu.program;

import dev.lockstep.lpu.isa.IsaException;

/**
 * How often an instruction is dispatched, and what changes from time to time.
 *
 * @param count dispatches in all; 1 for an instruction that is not repeated
 * @param interval cycles from one to the next
 * @param wordStep added to addresses (and row groups) each time
 * @param labelStep added to labels each time
 */
public record Repeat(int count, int interval, int wordStep, int labelStep) {
    public static final Repeat ONCE = new Repeat(1, 0, 0, 0);

    public Repeat {
        if (count == 1) {
            interval = 0;
            wordStep = 0;
            labelStep = 0;
        }
        if (count < 1 || (count > 1 && interval < 1)) {
            throw new IsaException(
                    "An instruction cannot be dispatched " + count + " times every " + interval + " cycles.");
        }
    }

    public boolean once() {
        return count == 1;
    }

    /** Cycles from the first dispatch to the last. */
    public long span() {
        return (count - 1L) * interval;
    }
}
