package dev.lockstep.graph.reference;

import dev.lockstep.graph.KvType;

/** What the KV cache keeps of a head's key or value. */
final class KvRounding {
    private static final int LARGEST = 127;

    /** Blocks whose largest magnitude is below this become zero, so that the inverse scale stays finite. */
    private static final float SMALLEST = 0x1p-100f;

    private KvRounding() {}

    /** Rounds the {@code size} elements of one head in place. */
    static void round(KvType type, float[] x, int offset, int size) {
        switch (type) {
            case F32 -> {}
            case F16 -> {
                for (int i = offset; i < offset + size; i++) {
                    x[i] = Float.float16ToFloat(Float.floatToFloat16(x[i]));
                }
            }
            case Q8 -> {
                for (int i = 0; i < size; i += KvType.BLOCK) {
                    quantize(x, offset + i, offset + Math.min(size, i + KvType.BLOCK));
                }
            }
        }
    }

    private static void quantize(float[] x, int from, int to) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        float scale = largest < SMALLEST ? 0 : bfloat16AtLeast(largest / LARGEST);
        float inverse = largest < SMALLEST ? 0 : 1 / scale;
        for (int i = from; i < to; i++) {
            x[i] = scale * Numerics.round(x[i] * inverse);
        }
    }

    /** The smallest bfloat16 that is not below a positive number: no integer then leaves its range, and products with it are exact. */
    private static float bfloat16AtLeast(float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) + 0xFFFF & 0xFFFF0000);
    }
}
