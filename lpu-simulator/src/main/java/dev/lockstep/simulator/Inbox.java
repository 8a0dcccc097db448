package dev.lockstep.simulator;

import java.util.ArrayDeque;
import java.util.Iterator;

/** The receiving end of a link: vectors in the order in which they arrive. */
final class Inbox {
    private final int depth;
    private final ArrayDeque<Arrival> waiting = new ArrayDeque<>();

    /** A vector, and the first cycle in which it can be received. */
    record Arrival(long cycle, int label, byte[] vector) {}

    /** @param depth how many vectors may have arrived without having been received */
    Inbox(int depth) {
        this.depth = depth;
    }

    void add(Arrival arrival) {
        waiting.addLast(arrival);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The oldest vector. */
    Arrival peek() {
        return waiting.getFirst();
    }

    Arrival take() {
        return waiting.removeFirst();
    }

    /** When a vector arrived for which there was no room any more before this cycle; -1 if none did. */
    long overflowBefore(long cycle) {
        if (waiting.size() <= depth) {
            return -1;
        }
        Iterator<Arrival> iterator = waiting.iterator();
        for (int i = 0; i < depth; i++) {
            iterator.next();
        }
        long arrival = iterator.next().cycle();
        return arrival < cycle ? arrival : -1;
    }
}
