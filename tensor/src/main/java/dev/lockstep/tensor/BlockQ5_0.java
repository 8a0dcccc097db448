package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 32 elements of 5 bits with one scale: {@code value(i) = d * quant(i)}.
 *
 * <pre>
 *   0  d          float16
 *   2  high bits  uint32: bit i is the fifth bit of element i
 *   6  quants     16 bytes: byte j holds the low bits of element j in its low half and of j + 16 in its high half
 * </pre>
 *
 * The five bits are stored plus 16.
 *
 * <p>Source: {@code block_q5_0} of ggml-common.h in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockQ5_0 {
    public static final int ELEMENTS = 32;
    public static final int BYTES = 22;

    public static final int D = 0;
    public static final int HIGH_BITS = 2;
    public static final int QUANTS = 6;
    static final BlockCodec CODEC = new BlockCodec(BlockQ5_0::dequantize, BlockQ5_0::finite);

    private BlockQ5_0() {}

    /** The scale of the block. */
    public static float d(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }

    /** The quant of element {@code i}: -16 to 15. */
    public static int quant(MemorySegment source, long block, int i) {
        int pair = LittleEndian.uint8(source, block + QUANTS + i % 16);
        int high = LittleEndian.int32(source, block + HIGH_BITS) >>> i & 1;
        return (high << 4 | (i < 16 ? pair & 15 : pair >> 4)) - 16;
    }

    /** Writes a quant into a block whose quants were zero bytes. */
    static void putQuant(MemorySegment target, long block, int i, int quant) {
        int bits = quant + 16;
        LittleEndian.setBits(target, block + QUANTS + i % 16, (bits & 15) << i / 16 * 4);
        LittleEndian.setBits(target, block + HIGH_BITS + i / 8, bits >> 4 << i % 8);
    }

    static boolean finite(MemorySegment source, long block) {
        return Float.isFinite(d(source, block));
    }

    static void dequantize(MemorySegment source, long first, float[] target, int at, int blocks) {
        for (int b = 0; b < blocks; b++) {
            long block = first + (long) b * BYTES;
            int t = at + b * ELEMENTS;
            float d = d(source, block);
            int high = LittleEndian.int32(source, block + HIGH_BITS);
            for (int j = 0; j < 16; j++) {
                int pair = LittleEndian.uint8(source, block + QUANTS + j);
                target[t + j] = d * (((high >>> j & 1) << 4 | pair & 15) - 16);
                target[t + j + 16] = d * (((high >>> j + 16 & 1) << 4 | pair >> 4) - 16);
            }
        }
    }
}
