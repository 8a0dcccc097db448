package dev.lockstep.lpu.machine;

/** Which way a stream flows. A vector moves one position a cycle. */
public enum Direction {
    EASTWARD,
    WESTWARD;

    public Direction opposite() {
        return this == EASTWARD ? WESTWARD : EASTWARD;
    }

    /**
     * What stays the same during the whole flight of a vector: two vectors on one stream are the same flight exactly if they
     * have the same wavefront.
     */
    public long wavefront(long cycle, int position) {
        return this == EASTWARD ? cycle - position : cycle + position;
    }

    /** The cycle in which a wavefront passes a position. */
    public long cycle(long wavefront, int position) {
        return this == EASTWARD ? wavefront + position : wavefront - position;
    }

    /** How many hops lie between two positions for a vector that flows this way; negative if it cannot get there. */
    public int hops(int from, int to) {
        return this == EASTWARD ? to - from : from - to;
    }
}
