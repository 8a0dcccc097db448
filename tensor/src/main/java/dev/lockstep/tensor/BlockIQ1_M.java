package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements of about 1.8 bits: as {@link BlockIQ1_S}, with scales for every 16 and shifts for every 8; the bits of the float16 scale are spread over those of
 * the others.
 *
 * <pre>
 *   0   low     32 bytes: low 8 bits of the group's grid entry
 *   32  high    16 bytes: for each of two groups 3 bits of grid entry and 1 bit: down
 *   48  scales  4 x uint16: 4 x 3 bits of scales; 4 bits of d, the lowest first
 * </pre>
 *
 * <p>Source: {@code block_iq1_m} and its expansion in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockIQ1_M implements TableBlock {
    static final BlockIQ1_M BLOCK = new BlockIQ1_M();
    static final int BYTES = 56;

    private static final int LOW = 0;
    private static final int HIGH = 32;
    private static final int SCALES = 48;

    private BlockIQ1_M() {}

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
        return ShiftedGrid.TABLE;
    }

    @Override
    public float scale(MemorySegment source, long block) {
        return d(source, block) / 8;
    }

    @Override
    public void read(MemorySegment source, long block, byte[] codes, byte[] subs) {
        for (int group = 0; group < 32; group++) {
            int high = LittleEndian.uint8(source, block + HIGH + group / 2) >> 4 * (group % 2);
            int entry = LittleEndian.uint8(source, block + LOW + group) | (high & 7) << 8;
            ShiftedGrid.put(entry, (high & 8) != 0, codes, 8 * group);
        }
        for (int sub = 0; sub < subs.length; sub++) {
            int four = LittleEndian.uint16(source, block + SCALES + 2L * (sub / 4));
            subs[sub] = (byte) (2 * (four >> 3 * (sub % 4) & 7) + 1);
        }
    }

    private static float d(MemorySegment source, long block) {
        int bits = 0;
        for (int i = 0; i < 4; i++) {
            bits |= LittleEndian.uint16(source, block + SCALES + 2L * i) >> 12 << 4 * i;
        }
        return Float.float16ToFloat((short) bits);
    }

    static void putD(MemorySegment target, long block, float d) {
        int bits = Float.floatToFloat16(d);
        for (int i = 0; i < 4; i++) {
            long at = block + SCALES + 2L * i;
            LittleEndian.putInt16(target, at, LittleEndian.uint16(target, at) & 0xfff | (bits >> 4 * i & 15) << 12);
        }
    }
}
