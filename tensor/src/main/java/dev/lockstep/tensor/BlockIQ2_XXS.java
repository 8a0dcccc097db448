package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of about 2 bits: groups of 8 magnitudes from a grid of 256, seven signs of a group, the eighth making their number even, and a
 * scale of 4 bits for every 32.
 *
 * <pre>
 *   0  d       float16
 *   2  groups  8 x 8 bytes, for 32 elements each: 4 numbers of grid entries; 4 x 7 bits of signs, 4 bits of scale
 * </pre>
 *
 * <p>Source: {@code block_iq2_xxs} and its expansion in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockIQ2_XXS implements TableBlock {
    static final BlockIQ2_XXS BLOCK = new BlockIQ2_XXS();
    static final int BYTES = 66;

    private static final int D = 0;
    private static final int GROUPS = 2;
    private static final Grid GRID = new Grid("IQ2_XXS", 2);

    private BlockIQ2_XXS() {}

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
        return SignedGrid.TWO_BITS;
    }

    @Override
    public float scale(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D) / 8;
    }

    @Override
    public void read(MemorySegment source, long block, byte[] codes, byte[] subs) {
        for (int sub = 0; sub < subs.length; sub++) {
            long at = block + GROUPS + 8L * sub;
            int rest = LittleEndian.int32(source, at + 4);
            subs[sub] = (byte) (2 * (rest >>> 28) + 1);
            for (int group = 0; group < 4; group++) {
                int entry = LittleEndian.uint8(source, at + group);
                int signs = SignedGrid.evenSigns(rest >>> 7 * group & 127);
                SignedGrid.put(GRID, entry, signs, codes, 32 * sub + 8 * group);
            }
        }
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }
}
