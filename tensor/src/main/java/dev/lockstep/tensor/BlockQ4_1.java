package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 32 elements of 4 bits with one scale and one offset: {@code value(i) = d * quant(i) + m}.
 *
 * <pre>
 *   0  d       float16
 *   2  m       float16
 *   4  quants  16 bytes: byte j holds element j in its low half and element j + 16 in its high half
 * </pre>
 *
 * <p>Source: {@code block_q4_1} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockQ4_1 {
    public static final int ELEMENTS = 32;
    public static final int BYTES = 20;

    public static final int D = 0;
    public static final int M = 2;
    public static final int QUANTS = 4;
    static final BlockCodec CODEC = new BlockCodec(BlockQ4_1::dequantize, BlockQ4_1::finite);

    private BlockQ4_1() {}

    /** The scale of the block. */
    public static float d(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }

    /** The value of quant 0. */
    public static float m(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + M);
    }

    static void putM(MemorySegment target, long block, float m) {
        LittleEndian.putFloat16(target, block + M, m);
    }

    /** The quant of element {@code i}: 0 to 15. */
    public static int quant(MemorySegment source, long block, int i) {
        int pair = LittleEndian.uint8(source, block + QUANTS + i % 16);
        return i < 16 ? pair & 15 : pair >> 4;
    }

    /** Writes a quant into a block whose quants were zero bytes. */
    static void putQuant(MemorySegment target, long block, int i, int quant) {
        LittleEndian.setBits(target, block + QUANTS + i % 16, quant << i / 16 * 4);
    }

    static boolean finite(MemorySegment source, long block) {
        return Float.isFinite(d(source, block)) && Float.isFinite(m(source, block));
    }

    static void dequantize(MemorySegment source, long first, float[] target, int at, int blocks) {
        for (int b = 0; b < blocks; b++) {
            long block = first + (long) b * BYTES;
            int t = at + b * ELEMENTS;
            float d = d(source, block);
            float m = m(source, block);
            for (int j = 0; j < 16; j++) {
                int pair = LittleEndian.uint8(source, block + QUANTS + j);
                target[t + j] = d * (pair & 15) + m;
                target[t + j + 16] = d * (pair >> 4) + m;
            }
        }
    }
}
