package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of 2 bits in 16 sub-blocks of 16 with 4-bit scales and minima:
 * {@code value(i) = d * scale(i / 16) * quant(i) - dmin * min(i / 16)}.
 *
 * <pre>
 *    0  scales  16 bytes: byte s holds the scale of sub-block s in its low half and the minimum in its high half
 *   16  quants  64 bytes: each half of the block has 32 bytes; byte l holds elements l, l + 32, l + 64, l + 96 of the
 *               half from the lowest bits up
 *   80  d       float16
 *   82  dmin    float16
 * </pre>
 *
 * <p>Source: {@code block_q2_K} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockQ2_K {
    public static final int ELEMENTS = 256;
    public static final int BYTES = 84;

    /** Elements that share a scale and a minimum. */
    public static final int SUB_BLOCK = 16;

    public static final int SCALES = 0;
    public static final int QUANTS = 16;
    public static final int D = 80;
    public static final int DMIN = 82;
    static final BlockCodec CODEC = new BlockCodec(BlockQ2_K::dequantize, BlockQ2_K::finite);

    private BlockQ2_K() {}

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

    /** The scale of a sub-block: 0 to 15. */
    public static int scale(MemorySegment source, long block, int subBlock) {
        return LittleEndian.uint8(source, block + SCALES + subBlock) & 15;
    }

    /** The minimum of a sub-block: 0 to 15. */
    public static int min(MemorySegment source, long block, int subBlock) {
        return LittleEndian.uint8(source, block + SCALES + subBlock) >> 4;
    }

    static void putScaleAndMin(MemorySegment target, long block, int subBlock, int scale, int min) {
        LittleEndian.putInt8(target, block + SCALES + subBlock, min << 4 | scale);
    }

    /** The quant of element {@code i}: 0 to 3. */
    public static int quant(MemorySegment source, long block, int i) {
        return LittleEndian.uint8(source, block + QUANTS + i / 128 * 32 + i % 32) >> i / 32 % 4 * 2 & 3;
    }

    /** Writes a quant into a block whose quants were zero bytes. */
    static void putQuant(MemorySegment target, long block, int i, int quant) {
        LittleEndian.setBits(target, block + QUANTS + i / 128 * 32 + i % 32, quant << i / 32 % 4 * 2);
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
            for (int s = 0; s < 16; s++) {
                float scale = d * scale(source, block, s);
                float min = dmin * min(source, block, s);
                long quants = block + QUANTS + s / 8 * 32 + s % 2 * 16;
                int shift = s % 8 / 2 * 2;
                for (int l = 0; l < 16; l++) {
                    target[t + s * 16 + l] = scale * (LittleEndian.uint8(source, quants + l) >> shift & 3) - min;
                }
            }
        }
    }
}
