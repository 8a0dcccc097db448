package dev.lockstep.tensor;

/** Scales of blocks are float16. */
final class Halves {
    private static final float LARGEST = 65504;

    private Halves() {}

    /** The nearest float16 that is finite. */
    static float rounded(float value) {
        return Float.float16ToFloat(Float.floatToFloat16(Math.clamp(value, -LARGEST, LARGEST)));
    }
}
