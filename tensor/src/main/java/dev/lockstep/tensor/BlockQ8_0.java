package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 32 elements of 8 bits with one scale: {@code value(i) = d * quant(i)}.
 *
 * <pre>
 *   0  d       float16
 *   2  quants  32 int8
 * </pre>
 *
 * <p>Source: {@code block_q8_0} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockQ8_0 {
    public static final int ELEMENTS = 32;
    public static final int BYTES = 34;

    public static final int D = 0;
    public static final int QUANTS = 2;
    static final BlockCodec CODEC = new BlockCodec(BlockQ8_0::dequantize, BlockQ8_0::finite);

    private BlockQ8_0() {}

    /** The scale of the block. */
    public static float d(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }

    /** The quant of element {@code i}: -128 to 127. */
    public static int quant(MemorySegment source, long block, int i) {
        return LittleEndian.int8(source, block + QUANTS + i);
    }

    static void putQuant(MemorySegment target, long block, int i, int quant) {
        LittleEndian.putInt8(target, block + QUANTS + i, quant);
    }

    /** Makes random quants like those of a quantiser, which never uses -128. */
    static void clearLowestQuants(MemorySegment target, long block) {
        for (int i = 0; i < ELEMENTS; i += Long.BYTES) {
            LittleEndian.replaceLowestInt8(target, block + QUANTS + i);
        }
    }

    static boolean finite(MemorySegment source, long block) {
        return Float.isFinite(d(source, block));
    }

    static void dequantize(MemorySegment source, long first, float[] target, int at, int blocks) {
        for (int b = 0; b < blocks; b++) {
            long block = first + (long) b * BYTES;
            int t = at + b * ELEMENTS;
            float d = d(source, block);
            for (int i = 0; i < ELEMENTS; i++) {
                target[t + i] = d * LittleEndian.int8(source, block + QUANTS + i);
            }
        }
    }
}
