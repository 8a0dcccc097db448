package dev.lockstep.lpu.machine;

/**
 * Where units stand along the streams. A position is a stream register; a vector moves one position a cycle, eastward to higher
 * positions. From west to east:
 *
 * <pre>
 *   MXM  SXM+C2C  MEM 43 … 0   VXM   MEM 0 … 43  SXM+C2C  MXM
 *   −20    −15    −11 … −1    0…30    31 … 41      45      50      (lpu-v1)
 * </pre>
 *
 * Position 0 is the vector unit's west edge. It takes operands a few hops inside its edges and gives results at its edges:
 * an operand that flows eastward is taken at {@link #vectorInput}, while a vector that only passes crosses the whole unit.
 */
public final class Floorplan {
    private final int slices;
    private final int slicesPerHop;
    private final int vectorEast;
    private final int vectorEntry;
    private final int memoryEast;
    private final int memoryGroups;
    private final int switchEast;
    private final int matrixEast;

    public Floorplan(Machine machine) {
        slices = machine.slices();
        slicesPerHop = machine.whole(Quantity.SLICES_PER_HOP);
        memoryGroups = (slices + slicesPerHop - 1) / slicesPerHop;
        vectorEast = machine.whole(Quantity.VXM_TRAVERSAL) - 1;
        vectorEntry = machine.whole(Quantity.VXM_ENTRY);
        memoryEast = vectorEast + 1;
        int edge = memoryEast + memoryGroups - 1;
        switchEast = edge + machine.whole(Quantity.SXM_CROSSING);
        matrixEast = edge + machine.whole(Quantity.SXM_TO_MXM);
    }

    /** The register that a memory slice reads to and writes from. */
    public int memory(Hemisphere hemisphere, int slice) {
        if (slice < 0 || slice >= slices) {
            throw new IndexOutOfBoundsException("slice " + slice + " of " + slices);
        }
        return place(hemisphere, memoryEast + slice / slicesPerHop);
    }

    /** Where the vector unit takes its operands from streams of a direction. */
    public int vectorInput(Direction direction) {
        return direction == Direction.EASTWARD ? vectorEntry - 1 : vectorEast + 1 - vectorEntry;
    }

    /** Where the vector unit puts its results onto streams of a direction. */
    public int vectorOutput(Direction direction) {
        return direction == Direction.EASTWARD ? vectorEast : 0;
    }

    /** The switch of a hemisphere, and the ports of its links. */
    public int switches(Hemisphere hemisphere) {
        return place(hemisphere, switchEast);
    }

    /** The matrix planes of a hemisphere, where streams end. */
    public int matrix(Hemisphere hemisphere) {
        return place(hemisphere, matrixEast);
    }

    public int westmost() {
        return matrix(Hemisphere.WEST);
    }

    public int eastmost() {
        return matrixEast;
    }

    /** Cycles that a vector needs from one end of the chip to the other. */
    public int length() {
        return eastmost() - westmost();
    }

    /** West is the mirror image about the middle of the vector unit. */
    private int place(Hemisphere hemisphere, int east) {
        return hemisphere == Hemisphere.EAST ? east : vectorEast - east;
    }
}
