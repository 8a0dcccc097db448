package dev.lockstep.lpu.machine;

/** The halves of a chip on both sides of the vector unit. */
public enum Hemisphere {
    WEST,
    EAST;

    /** The direction in which streams leave the vector unit for this hemisphere. */
    public Direction outward() {
        return this == WEST ? Direction.WESTWARD : Direction.EASTWARD;
    }

    /** The direction in which streams of this hemisphere run to the vector unit. */
    public Direction inward() {
        return outward().opposite();
    }
}
