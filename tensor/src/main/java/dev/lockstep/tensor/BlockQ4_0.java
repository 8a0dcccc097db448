package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 32 elements of 4 bits with one scale: {@code value(i) = d * quant(i)}.
 *
 * <pre>
 *   0  d       float16
 *   2  quants  16 bytes: byte j holds element j in its low half and element j + 16 in its high half, both plus 8
 * </pre>
 *
 * <p>Source: {@code block_q4_0} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockQ4_0 {
    public static final int ELEMENTS = 32;
    public static final int BYTES = 18;

    public static final int D = 0;
    public static final int QUANTS = 2;
    static final BlockCodec CODEC = new BlockCodec(BlockQ4_0::dequantize, BlockQ4_0::finite);

    private BlockQ4_0() {}

    /** The scale of the block. */
    public static float d(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }

    /** The quant of element {@code i}: -8 to 7. */
    public static int quant(MemorySegment source, long block, int i) {
        int pair = LittleEndian.uint8(source, block + QUANTS + i % 16);
        return (i < 16 ? pair & 15 : pair >> 4) - 8;
    }

    /** Writes a quant into a block whose quants were zero bytes. */
    static void putQuant(MemorySegment target, long block, int i, int quant) {
        LittleEndian.setBits(target, block + QUANTS + i % 16, quant + 8 << i / 16 * 4);
    }

    static boolean finite(MemorySegment source, long block) {
        return Float.isFinite(d(source, block));
    }

    static void dequantize(MemorySegment source, long first, float[] target, int at, int blocks) {
        for (int b = 0; b < blocks; b++) {
            long block = first + (long) b * BYTES;
            int t = at + b * ELEMENTS;
            float d = d(source, block);
            for (int j = 0; j < 16; j++) {
                int pair = LittleEndian.uint8(source, block + QUANTS + j);
                target[t + j] = d * ((pair & 15) - 8);
                target[t + j + 16] = d * ((pair >> 4) - 8);
            }
        }
    }
}
