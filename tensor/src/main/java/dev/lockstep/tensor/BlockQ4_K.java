package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of 4 bits in 8 sub-blocks of 32 with 6-bit scales and minima:
 * {@code value(i) = d * scale(i / 32) * quant(i) - dmin * min(i / 32)}.
 *
 * <pre>
 *    0  d       float16
 *    2  dmin    float16
 *    4  scales  12 bytes: eight 6-bit scales and minima, packed as in SixBitPairs
 *   16  quants  128 bytes: each quarter of the block has 32 bytes; byte l holds element l of the quarter in its low half
 *               and element l + 32 in its high half
 * </pre>
 *
 * <p>Source: {@code block_q4_K} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockQ4_K {
    public static final int ELEMENTS = 256;
    public static final int BYTES = 144;

    /** Elements that share a scale and a minimum. */
    public static final int SUB_BLOCK = 32;

    public static final int D = 0;
    public static final int DMIN = 2;
    public static final int SCALES = 4;
    public static final int QUANTS = 16;
    static final BlockCodec CODEC = new BlockCodec(BlockQ4_K::dequantize, BlockQ4_K::finite);

    private BlockQ4_K() {}

    /** The scale of the scales. */
    public static float d(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }

    /** The scale of the minima. */
    public static float dmin(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + DMIN);
    }

    static void putDmin(MemorySegment target, long block, float dmin) {
        LittleEndian.putFloat16(target, block + DMIN, dmin);
    }

    /** The scale of a sub-block: 0 to 63. */
    public static int scale(MemorySegment source, long block, int subBlock) {
        return SixBitPairs.first(source, block + SCALES, subBlock);
    }

    /** The minimum of a sub-block: 0 to 63. */
    public static int min(MemorySegment source, long block, int subBlock) {
        return SixBitPairs.second(source, block + SCALES, subBlock);
    }

    /** Writes scale and minimum of a sub-block into a block where they were zero bytes. */
    static void putScaleAndMin(MemorySegment target, long block, int subBlock, int scale, int min) {
        SixBitPairs.put(target, block + SCALES, subBlock, scale, min);
    }

    /** The quant of element {@code i}: 0 to 15. */
    public static int quant(MemorySegment source, long block, int i) {
        return LittleEndian.uint8(source, block + QUANTS + i / 64 * 32 + i % 32) >> i / 32 % 2 * 4 & 15;
    }

    /** Writes a quant into a block whose quants were zero bytes. */
    static void putQuant(MemorySegment target, long block, int i, int quant) {
        LittleEndian.setBits(target, block + QUANTS + i / 64 * 32 + i % 32, quant << i / 32 % 2 * 4);
    }

    static boolean finite(MemorySegment source, long block) {
        return Float.isFinite(d(source, block)) && Float.isFinite(dmin(source, block));
    }

    static void dequantize(MemorySegment source, long first, float[] target, int at, int blocks) {
        for (int b = 0; b < blocks; b++) {
            long block = first + (long) b * BYTES;
            int t = at + b * ELEMENTS;
            float d = d(source, block);
            float dmin = dmin(source, block);
            for (int s = 0; s < 8; s++) {
                float scale = d * scale(source, block, s);
                float min = dmin * min(source, block, s);
                long quants = block + QUANTS + s / 2 * 32;
                int shift = s % 2 * 4;
                for (int l = 0; l < 32; l++) {
                    target[t + s * 32 + l] = scale * (LittleEndian.uint8(source, quants + l) >> shift & 15) - min;
                }
            }
        }
    }
}
