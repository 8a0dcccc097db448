package dev.lockstep.compiler.kernel;

import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;

/** Which ALUs and streams passes that run side by side have taken already. */
final class Allotment {
    private static final int[] LARGE = {0, 2, 5, 7, 8, 10, 13, 15};
    private static final int[] SMALL = {1, 3, 4, 6, 9, 11, 12, 14};

    private final int streams;
    private final int[] nextStream = new int[Direction.values().length];
    private int largeUsed;
    private int smallUsed;

    Allotment(Chip chip) {
        this.streams = chip.machine().streams();
    }

    /** An ALU that has not been taken: a small one if that will do. */
    int alu(boolean large, String name) {
        if (!large && smallUsed < SMALL.length) {
            return SMALL[smallUsed++];
        }
        if (largeUsed == LARGE.length) {
            throw new IllegalStateException(name + " needs more ALUs than there are");
        }
        return LARGE[largeUsed++];
    }

    /** An aligned group of streams that has not been taken. */
    Stream stream(Direction direction, int planes, String name) {
        int index = direction.ordinal();
        int first = (nextStream[index] + planes - 1) / planes * planes;
        if (first + planes > streams) {
            throw new IllegalStateException(name + " needs more streams than there are");
        }
        nextStream[index] = first + planes;
        return new Stream(direction, first);
    }

    /** Takes a group of streams that come by themselves, and all below them. */
    void reserve(Stream first, int planes) {
        int index = first.direction().ordinal();
        nextStream[index] = Math.max(nextStream[index], first.number() + planes);
    }
}
