package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements -1, 0 or 1 in 2 bits with one scale (BitNet, TriLM).
 *
 * <pre>
 *   0   codes  64 bytes, four elements each, 32 elements apart
 *   64  d      float16
 * </pre>
 *
 * <p>Source: {@code block_tq2_0} and its expansion in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockTQ2_0 implements TableBlock {
    static final BlockTQ2_0 BLOCK = new BlockTQ2_0();
    static final int BYTES = 66;

    private static final int CODES = 0;
    private static final int D = 64;

    private BlockTQ2_0() {}

    @Override
    public int bytes() {
        return BYTES;
    }

    @Override
    public int subBlock() {
        return elements();
    }

    @Override
    public byte[] table() {
        return Ternary.TABLE;
    }

    @Override
    public float scale(MemorySegment source, long block) {
        return LittleEndian.float16(source, block + D);
    }

    @Override
    public void read(MemorySegment source, long block, byte[] codes, byte[] subs) {
        subs[0] = 1;
        for (int i = 0; i < codes.length; i++) {
            int four = LittleEndian.uint8(source, block + CODES + i / 128 * 32 + i % 32);
            codes[i] = (byte) (four >> 2 * (i / 32 % 4) & 3);
        }
    }

    /** Quantisers use three codes. */
    static void clearFourthCodes(MemorySegment target, long block) {
        for (int i = 0; i < 64; i++) {
            int four = LittleEndian.uint8(target, block + CODES + i);
            int both = four & four >> 1 & 0x55;
            LittleEndian.putInt8(target, block + CODES + i, four & ~(both << 1));
        }
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }
}
