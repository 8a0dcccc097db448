package dev.lockstep.graph;

/** What keys and values are rounded to when they are appended to the KV cache. */
public enum KvType {
    /** IEEE binary16. */
    F16,
    /** Not rounded. */
    F32,
    /** Integers of 8 bits with a scale per {@value #BLOCK} elements of a head: half the memory of F16. */
    Q8;

    /** Elements of a head that share a scale; the last block of a head may have fewer. */
    public static final int BLOCK = 32;

    /** Bytes of a scale: a bfloat16. */
    public static final int SCALE_BYTES = 2;

    /** Bytes of one element, without its share of a scale. */
    public int elementBytes() {
        return switch (this) {
            case Q8 -> 1;
            case F16 -> 2;
            case F32 -> 4;
        };
    }

    /** Scales that go with {@code elements} elements of a head. */
    public int scales(int elements) {
        return switch (this) {
            case Q8 -> (elements + BLOCK - 1) / BLOCK;
            case F16, F32 -> 0;
        };
    }

    /** Bytes of {@code elements} elements of a head. */
    public int bytes(int elements) {
        return elements * elementBytes() + scales(elements) * SCALE_BYTES;
    }
}
