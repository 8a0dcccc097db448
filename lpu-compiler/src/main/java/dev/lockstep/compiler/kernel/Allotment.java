package dev.lockstep.compiler.kernel;

import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import java.util.Arrays;

/**
 * Which ALUs and streams passes that run side by side have taken already. Kernels that are not made for one another run at the same time more often if they do not all begin with the same:
 * what stands by itself leaves the streams alone that bring results of the matrix unit, and what takes long begins with the last ALUs.
 */
final class Allotment {
    /** There is not as much as a pass needs. */
    static final class ExhaustedException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        private ExhaustedException(String message) {
            super(message);
        }
    }

    private static final int[] LARGE = {0, 2, 5, 7, 8, 10, 13, 15};
    private static final int[] SMALL = {1, 3, 4, 6, 9, 11, 12, 14};

    /** Streams on which results of both planes come. */
    private static final int RESULTS = 8;

    private final int streams;
    private final boolean lastAlusFirst;
    private final int[] nextStream = new int[Direction.values().length];
    private int largeUsed;
    private int smallUsed;

    private Allotment(Chip chip, int firstStream, boolean lastAlusFirst) {
        this.streams = chip.machine().streams();
        this.lastAlusFirst = lastAlusFirst;
        Arrays.fill(nextStream, firstStream);
    }

    /** For passes that take what comes from the matrix unit. */
    static Allotment ofProducts(Chip chip) {
        return new Allotment(chip, 0, false);
    }

    /** For passes between memory and memory. */
    static Allotment ofPasses(Chip chip) {
        return new Allotment(chip, RESULTS, false);
    }

    /** For long kernels that others should find room beside. */
    static Allotment ofBackground(Chip chip) {
        return new Allotment(chip, 0, true);
    }

    /** An ALU that has not been taken: a small one if that will do. */
    int alu(boolean large, String name) {
        if (!large && smallUsed < SMALL.length) {
            return take(SMALL, smallUsed++);
        }
        if (largeUsed == LARGE.length) {
            throw new ExhaustedException(name + " needs more ALUs than there are");
        }
        return take(LARGE, largeUsed++);
    }

    private int take(int[] alus, int used) {
        return alus[lastAlusFirst ? alus.length - 1 - used : used];
    }

    /** An aligned group of streams that has not been taken. */
    Stream stream(Direction direction, int planes, String name) {
        int index = direction.ordinal();
        int first = (nextStream[index] + planes - 1) / planes * planes;
        if (first + planes > streams) {
            throw new ExhaustedException(name + " needs more streams than there are");
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
