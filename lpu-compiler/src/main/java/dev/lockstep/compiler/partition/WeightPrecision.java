package dev.lockstep.compiler.partition;

/** How weights lie in memory and enter the arrays; activations and the cache are FP16 with both. */
public enum WeightPrecision {
    INT8(1),
    FP16(2);

    private final int bytes;

    WeightPrecision(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }
}
