package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of about 3 bits: groups of 4 magnitudes from a grid of 256, seven signs of two groups, the eighth making their number even, and
 * a scale of 4 bits for every 32.
 *
 * <pre>
 *   0   d       float16
 *   2   groups  64 bytes: numbers of grid entries
 *   66  rest    8 x uint32, for 32 elements each: 4 x 7 bits of signs, 4 bits of scale
 * </pre>
 *
 * <p>Source: {@code block_iq3_xxs} and its expansion in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockIQ3_XXS implements TableBlock {
    static final BlockIQ3_XXS BLOCK = new BlockIQ3_XXS();
    static final int BYTES = 98;

    private static final int D = 0;
    private static final int GROUPS = 2;
    private static final int REST = 66;
    private static final byte[] TABLE = SignedGrid.table(4, 12, 20, 28, 36, 44, 52, 62);
    private static final Grid GRID = new Grid("IQ3_XXS", 3);

    private BlockIQ3_XXS() {}

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
        return LittleEndian.float16(source, block + D) / 4;
    }

    @Override
    public void read(MemorySegment source, long block, byte[] codes, byte[] subs) {
        for (int sub = 0; sub < subs.length; sub++) {
            int rest = LittleEndian.int32(source, block + REST + 4L * sub);
            subs[sub] = (byte) (2 * (rest >>> 28) + 1);
            for (int eight = 0; eight < 4; eight++) {
                int signs = SignedGrid.evenSigns(rest >>> 7 * eight & 127);
                for (int half = 0; half < 2; half++) {
                    int entry = LittleEndian.uint8(source, block + GROUPS + 8L * sub + 2 * eight + half);
                    SignedGrid.putHalf(GRID, entry, signs >> 4 * half, codes, 32 * sub + 8 * eight + 4 * half);
                }
            }
        }
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }
}
