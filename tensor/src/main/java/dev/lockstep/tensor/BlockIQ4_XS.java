package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of 4 bits, which choose from the table of {@link BlockIQ4_NL}, in 8 sub-blocks of 32 with 6-bit scales:
 * {@code value(i) = d * scale(i / 32) * quant(i)}.
 *
 * <pre>
 *   0  d            float16
 *   2  high scales  uint16: bits 2 s and 2 s + 1 are the high bits of scale s
 *   4  low scales   4 bytes: the low 4 bits of scale s in byte s / 2, even s in the low half
 *   8  quants       128 bytes: each sub-block has 16 bytes; byte j holds the table index of element j of the sub-block in
 *                   its low half and of element j + 16 in its high half
 * </pre>
 *
 * The scales are stored plus 32.
 *
 * <p>Source: {@code block_iq4_xs} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockIQ4_XS {
    public static final int ELEMENTS = 256;
    public static final int BYTES = 136;

    /** Elements that share a scale. */
    public static final int SUB_BLOCK = 32;

    public static final int D = 0;
    public static final int HIGH_SCALES = 2;
    public static final int LOW_SCALES = 4;
    public static final int QUANTS = 8;
    static final BlockCodec CODEC = new BlockCodec(BlockIQ4_XS::dequantize, BlockIQ4_XS::finite);

    private BlockIQ4_XS() {}

    /** The scale of the scales. */
    public static float d(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }

    /** The scale of a sub-block: -32 to 31. */
    public static int scale(MemorySegment source, long block, int subBlock) {
        int low = LittleEndian.uint8(source, block + LOW_SCALES + subBlock / 2) >> subBlock % 2 * 4 & 15;
        int high = LittleEndian.uint16(source, block + HIGH_SCALES) >> subBlock * 2 & 3;
        return (high << 4 | low) - 32;
    }

    /** The quant of element {@code i}: -127 to 113. */
    public static int quant(MemorySegment source, long block, int i) {
        int pair = LittleEndian.uint8(source, block + QUANTS + i / 32 * 16 + i % 16);
        return BlockIQ4_NL.tableQuant(i / 16 % 2 == 0 ? pair & 15 : pair >> 4);
    }

    static boolean finite(MemorySegment source, long block) {
        return Float.isFinite(d(source, block));
    }

    static void dequantize(MemorySegment source, long first, float[] target, int at, int blocks) {
        for (int b = 0; b < blocks; b++) {
            long block = first + (long) b * BYTES;
            int t = at + b * ELEMENTS;
            float d = d(source, block);
            for (int s = 0; s < 8; s++) {
                float scale = d * scale(source, block, s);
                long quants = block + QUANTS + s * 16;
                for (int j = 0; j < 16; j++) {
                    int pair = LittleEndian.uint8(source, quants + j);
                    target[t + s * 32 + j] = scale * BlockIQ4_NL.tableQuant(pair & 15);
                    target[t + s * 32 + j + 16] = scale * BlockIQ4_NL.tableQuant(pair >> 4);
                }
            }
        }
    }
}
