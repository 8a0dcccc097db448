package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of 8 bits with one scale: {@code value(i) = d * quant(i)}.
 *
 * <pre>
 *     0  d       float32
 *     4  quants  256 int8
 *   260  sums    16 int16: the sum of each 16 quants; says nothing new
 * </pre>
 *
 * <p>Source: {@code block_q8_K} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockQ8_K {
    public static final int ELEMENTS = 256;
    public static final int BYTES = 292;

    public static final int D = 0;
    public static final int QUANTS = 4;
    private static final int SUMS = 260;
    static final BlockCodec CODEC = new BlockCodec(BlockQ8_K::dequantize, BlockQ8_K::finite);

    private BlockQ8_K() {}

    /** The scale of the block. */
    public static float d(MemorySegment source, long block) {
        return LittleEndian.float32(source, block + D);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat32(target, block + D, d);
    }

    /** The quant of element {@code i}: -128 to 127. */
    public static int quant(MemorySegment source, long block, int i) {
        return LittleEndian.int8(source, block + QUANTS + i);
    }

    /** Makes random quants like those of a quantiser, which never uses -128. */
    static void clearLowestQuants(MemorySegment target, long block) {
        for (int i = 0; i < ELEMENTS; i += Long.BYTES) {
            LittleEndian.replaceLowestInt8(target, block + QUANTS + i);
        }
    }

    /** Makes the stored sums agree with the quants. */
    static void putSums(MemorySegment target, long block) {
        for (int group = 0; group < 16; group++) {
            int sum = 0;
            for (int i = 0; i < 16; i++) {
                sum += LittleEndian.int8(target, block + QUANTS + group * 16 + i);
            }
            LittleEndian.putInt16(target, block + SUMS + group * 2L, sum);
        }
    }

    /** A float32 scale can be finite and still carry a quant beyond the largest float. */
    static boolean finite(MemorySegment source, long block) {
        return Float.isFinite(d(source, block) * 128);
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
