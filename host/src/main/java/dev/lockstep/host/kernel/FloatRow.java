package dev.lockstep.host.kernel;

/** A row of floats in the arena: padded to whole vectors of 16; what the padding holds is not defined. */
final class FloatRow {
    /** Floats of a vector, and rows of a tile. */
    static final int LANES = 16;

    private FloatRow() {}

    /** Vectors of 16 that hold {@code width} floats. */
    static int vectors(int width) {
        return (width + LANES - 1) / LANES;
    }

    /** Bytes of a row of {@code width} floats. */
    static int bytes(int width) {
        return vectors(width) * LANES * 4;
    }
}
