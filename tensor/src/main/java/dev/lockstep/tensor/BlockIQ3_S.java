package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of about 3.4 bits: groups of 4 magnitudes from a grid of 512, a sign for each, and a scale of 4 bits for every 32.
 *
 * <pre>
 *   0    d       float16
 *   2    low     64 bytes: low 8 bits of the group's grid entry
 *   66   high    8 bytes: the ninth bits of eight groups
 *   74   signs   32 bytes, a bit for each element
 *   106  scales  4 bytes, the low half of each for the first 32 of 64 elements
 * </pre>
 *
 * <p>Source: {@code block_iq3_s} and its expansion in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockIQ3_S implements TableBlock {
    static final BlockIQ3_S BLOCK = new BlockIQ3_S();
    static final int BYTES = 110;

    private static final int D = 0;
    private static final int LOW = 2;
    private static final int HIGH = 66;
    private static final int SIGNS = 74;
    private static final int SCALES = 106;
    private static final byte[] TABLE = SignedGrid.table(1, 3, 5, 7, 9, 11, 13, 15);
    private static final Grid GRID = new Grid("IQ3_S", 3);

    private BlockIQ3_S() {}

    @Override
    public int bytes() {
        return BYTES;
    }

    @Override
    public int subBlock() {
        return 32;
    }

    @Override
    public byte[] table() {
        return TABLE;
    }

    @Override
    public float scale(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    @Override
    public void read(MemorySegment source, long block, byte[] codes, byte[] subs) {
        for (int group = 0; group < 64; group++) {
            int high = LittleEndian.uint8(source, block + HIGH + group / 8) >> group % 8 & 1;
            int entry = LittleEndian.uint8(source, block + LOW + group) | high << 8;
            int signs = LittleEndian.uint8(source, block + SIGNS + group / 2) >> 4 * (group % 2);
            SignedGrid.putHalf(GRID, entry, signs, codes, 4 * group);
        }
        SignedGrid.readScales(source, block + SCALES, subs);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }
}
