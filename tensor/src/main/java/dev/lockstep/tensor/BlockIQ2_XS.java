package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of about 2.3 bits: groups of 8 magnitudes from a grid of 512, seven signs of a group, the eighth making their number even, and
 * a scale of 4 bits for every 16.
 *
 * <pre>
 *   0   d       float16
 *   2   groups  32 x uint16, for 8 elements each: 9 bits of grid entry, 7 of signs
 *   66  scales  8 bytes, the low half of each for the first 16 of 32 elements
 * </pre>
 *
 * <p>Source: {@code block_iq2_xs} and its expansion in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockIQ2_XS implements TableBlock {
    static final BlockIQ2_XS BLOCK = new BlockIQ2_XS();
    static final int BYTES = 74;

    private static final int D = 0;
    private static final int GROUPS = 2;
    private static final int SCALES = 66;
    private static final Grid GRID = new Grid("IQ2_XS", 2);

    private BlockIQ2_XS() {}

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
            int number = LittleEndian.uint16(source, block + GROUPS + 2L * group);
            SignedGrid.put(GRID, number & 511, SignedGrid.evenSigns(number >> 9), codes, 8 * group);
        }
        SignedGrid.readScales(source, block + SCALES, subs);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }
}
