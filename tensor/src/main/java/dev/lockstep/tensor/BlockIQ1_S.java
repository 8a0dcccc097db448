package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of about 1.6 bits: groups of 8 values -1, 0 or 1 from a grid of 2048, and for every 32 a scale of 3 bits and a shift of all values by an
 * eighth up or down.
 *
 * <pre>
 *   0   d     float16
 *   2   low   32 bytes: low 8 bits of the group's grid entry
 *   34  high  8 x uint16, for 32 elements each: 4 x 3 bits of grid entries, 3 bits of scale, 1 bit: down
 * </pre>
 *
 * <p>Source: {@code block_iq1_s} and its expansion in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockIQ1_S implements TableBlock {
    static final BlockIQ1_S BLOCK = new BlockIQ1_S();
    static final int BYTES = 50;

    private static final int D = 0;
    private static final int LOW = 2;
    private static final int HIGH = 34;

    private BlockIQ1_S() {}

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
        return ShiftedGrid.TABLE;
    }

    @Override
    public float scale(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D) / 8;
    }

    @Override
    public void read(MemorySegment source, long block, byte[] codes, byte[] subs) {
        for (int sub = 0; sub < subs.length; sub++) {
            int high = LittleEndian.uint16(source, block + HIGH + 2L * sub);
            subs[sub] = (byte) (2 * (high >> 12 & 7) + 1);
            for (int group = 0; group < 4; group++) {
                int entry = LittleEndian.uint8(source, block + LOW + 4 * sub + group) | (high >> 3 * group & 7) << 8;
                ShiftedGrid.put(entry, high >= 0x8000, codes, 32 * sub + 8 * group);
            }
        }
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }
}
