package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of 6 bits in 16 sub-blocks of 16 with 8-bit scales: {@code value(i) = d * scale(i / 16) * quant(i)}.
 *
 * <pre>
 *     0  quants     128 bytes: each half of the block has 64 bytes; byte l holds the low 4 bits of element l of the half
 *                   in its low half and of element l + 64 in its high half
 *   128  high bits  64 bytes: each half of the block has 32 bytes; byte l holds the high 2 bits of elements l, l + 32,
 *                   l + 64, l + 96 of the half from the lowest bits up
 *   192  scales     16 int8
 *   208  d          float16
 * </pre>
 *
 * The six bits are stored plus 32.
 *
 * <p>Source: {@code block_q6_K} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockQ6_K {
    public static final int ELEMENTS = 256;
    public static final int BYTES = 210;

    /** Elements that share a scale. */
    public static final int SUB_BLOCK = 16;

    public static final int QUANTS = 0;
    public static final int HIGH_BITS = 128;
    public static final int SCALES = 192;
    public static final int D = 208;
    static final BlockCodec CODEC = new BlockCodec(BlockQ6_K::dequantize, BlockQ6_K::finite);

    private BlockQ6_K() {}

    /** The scale of the scales. */
    public static float d(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }

    /** The scale of a sub-block: -128 to 127. */
    public static int scale(MemorySegment source, long block, int subBlock) {
        return LittleEndian.int8(source, block + SCALES + subBlock);
    }

    static void putScale(MemorySegment target, long block, int subBlock, int scale) {
        LittleEndian.putInt8(target, block + SCALES + subBlock, scale);
    }

    /** The quant of element {@code i}: -32 to 31. */
    public static int quant(MemorySegment source, long block, int i) {
        int low = LittleEndian.uint8(source, block + QUANTS + i / 128 * 64 + i % 64) >> i / 64 % 2 * 4 & 15;
        int high = LittleEndian.uint8(source, block + HIGH_BITS + i / 128 * 32 + i % 32) >> i / 32 % 4 * 2 & 3;
        return (high << 4 | low) - 32;
    }

    /** Writes a quant into a block whose quants were zero bytes. */
    static void putQuant(MemorySegment target, long block, int i, int quant) {
        int bits = quant + 32;
        LittleEndian.setBits(target, block + QUANTS + i / 128 * 64 + i % 64, (bits & 15) << i / 64 % 2 * 4);
        LittleEndian.setBits(target, block + HIGH_BITS + i / 128 * 32 + i % 32, bits >> 4 << i / 32 % 4 * 2);
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
                long high = block + HIGH_BITS + s / 8 * 32 + s % 2 * 16;
                long quants = block + QUANTS + s / 8 * 64 + s % 4 * 16;
                int highShift = s % 8 / 2 * 2;
                int shift = s % 8 / 4 * 4;
                for (int l = 0; l < 16; l++) {
                    int q = (LittleEndian.uint8(source, high + l) >> highShift & 3) << 4
                            | LittleEndian.uint8(source, quants + l) >> shift & 15;
                    target[t + s * 16 + l] = scale * (q - 32);
                }
            }
        }
    }
}
