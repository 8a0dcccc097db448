package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 32 floats of 4 bits (a sign, two of exponent, one of mantissa) with one power of two for all (OCP Microscaling Formats 1.0). The table holds twice their
 * values, so that they are integers.
 *
 * <pre>
 *   0  e      exponent, biased by 127
 *   1  codes  16 bytes: byte j holds element j in its low half, element j + 16 in its high half
 * </pre>
 *
 * <p>Source: {@code block_mxfp4} and its expansion in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockMXFP4 implements TableBlock {
    static final BlockMXFP4 BLOCK = new BlockMXFP4();
    static final int ELEMENTS = 32;
    static final int BYTES = 17;

    private static final int E = 0;
    private static final int CODES = 1;
    private static final int BIAS = 127;
    private static final byte[] TABLE = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private BlockMXFP4() {}

    @Override
    public int elements() {
        return ELEMENTS;
    }

    @Override
    public int bytes() {
        return BYTES;
    }

    @Override
    public int subBlock() {
        return ELEMENTS;
    }

    @Override
    public byte[] table() {
        return TABLE;
    }

    /** The stored exponent of a block, from 0 to 255; the scale is 2 to the power of it less 128. */
    public static int exponent(MemorySegment source, long block) {
        return LittleEndian.uint8(source, block + E);
    }

    /** @param scale a power of two */
    static void putScale(MemorySegment target, long block, float scale) {
        LittleEndian.putInt8(target, block + E, Math.getExponent(scale) + BIAS + 1);
    }

    @Override
    public float scale(MemorySegment source, long block) {
        return Math.scalb(1f, exponent(source, block) - BIAS - 1);
    }

    @Override
    public void read(MemorySegment source, long block, byte[] codes, byte[] subs) {
        subs[0] = 1;
        for (int j = 0; j < 16; j++) {
            int pair = LittleEndian.uint8(source, block + CODES + j);
            codes[j] = (byte) (pair & 15);
            codes[j + 16] = (byte) (pair >> 4);
        }
    }
}
