package dev.lockstep.compiler.schedule;

import java.util.BitSet;

/** Cycles in which something is taken. */
final class CycleSet {
    private final BitSet taken = new BitSet();

    boolean isFree(int first, int last) {
        int next = taken.nextSetBit(first);
        return next < 0 || next > last;
    }

    void take(int first, int last) {
        taken.set(first, last + 1);
    }
}
