package dev.lockstep.lpu.isa;

/** What the lanes of a vector, or of a group of vectors, hold. */
public enum Element {
    INT8(1),
    FP16(2),
    INT32(4),
    FP32(4);

    private final int planes;

    Element(int planes) {
        this.planes = planes;
    }

    /** Bytes of an element, and so streams of a group. */
    public int planes() {
        return planes;
    }
}
