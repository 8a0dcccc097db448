package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of about 2.5 bits: groups of 8 magnitudes from a grid of 1024, a sign for each, and a scale of 4 bits for every 16.
 *
 * <pre>
 *   0   d       float16
 *   2   low     32 bytes: low 8 bits of the group's grid entry
 *   34  signs   32 bytes, a bit for each element
 *   66  high    8 bytes: two bits for each of four groups
 *   74  scales  8 bytes, the low half of each for the first 16 of 32 elements
 * </pre>
 *
 * <p>Source: {@code block_iq2_s} and its expansion in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockIQ2_S implements TableBlock {
    static final BlockIQ2_S BLOCK = new BlockIQ2_S();
    static final int BYTES = 82;

    private static final int D = 0;
    private static final int LOW = 2;
    private static final int SIGNS = 34;
    private static final int HIGH = 66;
    private static final int SCALES = 74;
    private static final Grid GRID = new Grid("IQ2_S", 2);

    private BlockIQ2_S() {}

    @Override
    public int bytes() {
        return BYTES;
    }

    @Override
    public int subBlock() {
        return 16;
    }

    @Override
    public byte[] table() {
        return SignedGrid.TWO_BITS;
    }

    @Override
    public float scale(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D) / 8;
    }

    @Override
    public void read(MemorySegment source, long block, byte[] codes, byte[] subs) {
        for (int group = 0; group < 32; group++) {
            int high = LittleEndian.uint8(source, block + HIGH + group / 4) >> 2 * (group % 4) & 3;
            int entry = LittleEndian.uint8(source, block + LOW + group) | high << 8;
            SignedGrid.put(GRID, entry, LittleEndian.uint8(source, block + SIGNS + group), codes, 8 * group);
        }
        SignedGrid.readScales(source, block + SCALES, subs);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }
}
