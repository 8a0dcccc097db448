package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 32 elements of 4 bits, which choose from a table of unequal steps, with one scale: {@code value(i) = d * quant(i)}.
 *
 * <pre>
 *   0  d       float16
 *   2  quants  16 bytes: byte j holds the table index of element j in its low half, of element j + 16 in its high half
 * </pre>
 *
 * <p>Source: {@code block_iq4_nl} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockIQ4_NL {
    public static final int ELEMENTS = 32;
    public static final int BYTES = 18;

    public static final int D = 0;
    public static final int QUANTS = 2;
    private static final byte[] TABLE = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
    static final BlockCodec CODEC = new BlockCodec(BlockIQ4_NL::dequantize, BlockIQ4_NL::finite);

    private BlockIQ4_NL() {}

    /** The scale of the block. */
    public static float d(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }

    /** The quant that a table index from 0 to 15 stands for: -127 to 113, increasing with the index. */
    public static int tableQuant(int index) {
        return TABLE[index];
    }

    /** The quants of all table indices. */
    public static byte[] table() {
        return TABLE.clone();
    }

    /** The quant of element {@code i}: -127 to 113. */
    public static int quant(MemorySegment source, long block, int i) {
        int pair = LittleEndian.uint8(source, block + QUANTS + i % 16);
        return TABLE[i < 16 ? pair & 15 : pair >> 4];
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
                target[t + j] = d * TABLE[pair & 15];
                target[t + j + 16] = d * TABLE[pair >> 4];
            }
        }
    }
}
