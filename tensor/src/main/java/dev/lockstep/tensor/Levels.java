package dev.lockstep.tensor;

/** From scaled numbers to the integers that blocks hold. */
final class Levels {
    /** Added to a number of less than 2^22, it leaves the nearest integer in the lowest bits, which is faster than {@code Math.round}. */
    private static final float SHIFT = 0x1.8p23f;

    private static final int SHIFT_BITS = Float.floatToRawIntBits(SHIFT);

    private Levels() {}

    /** The nearest integer of a range within 2^22; of two, the even one. */
    static int nearest(float scaled, int low, int high) {
        float within = Math.min(Math.max(scaled, low), high);
        return Float.floatToRawIntBits(within + SHIFT) - SHIFT_BITS;
    }
}
