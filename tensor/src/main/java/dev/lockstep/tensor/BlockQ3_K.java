package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of 3 bits in 16 sub-blocks of 16 with 6-bit scales: {@code value(i) = d * scale(i / 16) * quant(i)}.
 *
 * <pre>
 *     0  high bits  32 bytes: bit b of byte l is the third bit of element 32 b + l
 *    32  quants     64 bytes: each half of the block has 32 bytes; byte l holds elements l, l + 32, l + 64, l + 96 of
 *                   the half from the lowest bits up
 *    96  scales     12 bytes: the low 4 bits of scales 0-7 in the low halves and of scales 8-15 in the high halves of
 *                   8 bytes, then 4 bytes: byte s % 4 holds the high bits of scale s at bit 2 (s / 4)
 *   108  d          float16
 * </pre>
 *
 * The three bits are stored plus 4, the scales plus 32.
 *
 * <p>Source: {@code block_q3_K} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockQ3_K {
    public static final int ELEMENTS = 256;
    public static final int BYTES = 110;

    /** Elements that share a scale. */
    public static final int SUB_BLOCK = 16;

    public static final int HIGH_BITS = 0;
    public static final int QUANTS = 32;
    public static final int SCALES = 96;
    private static final int HIGH_SCALES = SCALES + 8;
    public static final int D = 108;
    static final BlockCodec CODEC = new BlockCodec(BlockQ3_K::dequantize, BlockQ3_K::finite);

    private BlockQ3_K() {}

    /** The scale of the scales. */
    public static float d(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }

    /** The scale of a sub-block: -32 to 31. */
    public static int scale(MemorySegment source, long block, int subBlock) {
        int pair = LittleEndian.uint8(source, block + SCALES + subBlock % 8);
        int low = subBlock < 8 ? pair & 15 : pair >> 4;
        int high = LittleEndian.uint8(source, block + HIGH_SCALES + subBlock % 4) >> subBlock / 4 * 2 & 3;
        return (high << 4 | low) - 32;
    }

    /** Writes the scale of a sub-block into a block whose scales were zero bytes. */
    static void putScale(MemorySegment target, long block, int subBlock, int scale) {
        int bits = scale + 32;
        LittleEndian.setBits(target, block + SCALES + subBlock % 8, (bits & 15) << subBlock / 8 * 4);
        LittleEndian.setBits(target, block + HIGH_SCALES + subBlock % 4, bits >> 4 << subBlock / 4 * 2);
    }

    /** The quant of element {@code i}: -4 to 3. */
    public static int quant(MemorySegment source, long block, int i) {
        int low = LittleEndian.uint8(source, block + QUANTS + i / 128 * 32 + i % 32) >> i / 32 % 4 * 2 & 3;
        int high = LittleEndian.uint8(source, block + HIGH_BITS + i % 32) >> i / 32 & 1;
        return (high << 2 | low) - 4;
    }

    /** Writes a quant into a block whose quants were zero bytes. */
    static void putQuant(MemorySegment target, long block, int i, int quant) {
        int bits = quant + 4;
        LittleEndian.setBits(target, block + QUANTS + i / 128 * 32 + i % 32, (bits & 3) << i / 32 % 4 * 2);
        LittleEndian.setBits(target, block + HIGH_BITS + i % 32, bits >> 2 << i / 32);
    }

    static boolean finite(MemorySegment source, long block) {
        return Float.isFinite(d(source, block));
    }

    static void dequantize(MemorySegment source, long first, float[] target, int at, int blocks) {
        for (int b = 0; b < blocks; b++) {
            long block = first + (long) b * BYTES;
            int t = at + b * ELEMENTS;
            float d = d(source, block);
            for (int s = 0; s < 16; s++) {
                float scale = d * scale(source, block, s);
                long high = block + HIGH_BITS + s % 2 * 16;
                long quants = block + QUANTS + s / 8 * 32 + s % 2 * 16;
                int shift = s % 8 / 2 * 2;
                for (int l = 0; l < 16; l++) {
                    int q = (LittleEndian.uint8(source, high + l) >> s / 2 & 1) << 2
                            | LittleEndian.uint8(source, quants + l) >> shift & 3;
                    target[t + s * 16 + l] = scale * (q - 4);
                }
            }
        }
    }
}
