package dev.lockstep.compiler.decode;

import java.util.List;
import java.util.TreeSet;

/** Keys with which vectors leave over links inside the node, where sums that begin, sums that end and what comes from the stage before can meet. */
final class NodeLinks {
    private final int vectorCycles;
    private final TreeSet<Long> taken = new TreeSet<>();

    NodeLinks(int vectorCycles) {
        this.vectorCycles = vectorCycles;
    }

    void take(long low, long high) {
        taken.addAll(List.of(low, high));
    }

    /** @throws Conflict if a vector is on a link with one of these keys */
    void requireIdle(long low, long high) {
        for (long key : new long[] {low, high}) {
            Long next = taken.higher(key - vectorCycles);
            if (next != null && next < key + vectorCycles) {
                throw new Conflict("a vector on the link at " + next);
            }
        }
    }
}
