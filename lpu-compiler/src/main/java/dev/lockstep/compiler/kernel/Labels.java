package dev.lockstep.compiler.kernel;

import dev.lockstep.lpu.isa.Flow;

/** Gives out names of vectors, unique within a block. */
public final class Labels {
    private int next = 1;

    /** The first of {@code count} consecutive labels. */
    int take(int count) {
        int first = next;
        next = Math.addExact(next, count);
        if (next > Flow.PLANE) {
            throw new IllegalStateException("a block has more than " + Flow.PLANE + " vectors");
        }
        return first;
    }
}
