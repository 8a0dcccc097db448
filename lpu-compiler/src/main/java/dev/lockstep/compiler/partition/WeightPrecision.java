package dev.lockstep.compiler.partition;

/** How weights lie in memory and enter the arrays; activations and the cache are FP16 with both. */
public enum WeightPrecision {
    INT8(1),
    FP16(2);

    private static final int PLANES = 4;

    private final int bytes;

    WeightPrecision(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    /** Arrays of a chip with weights of their own: those of FP16 fill both planes of a hemisphere. */
    public int arrays() {
        return PLANES / bytes;
    }
}
