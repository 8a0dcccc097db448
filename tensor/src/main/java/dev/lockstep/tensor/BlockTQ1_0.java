package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * 256 elements -1, 0 or 1, five to a byte, with one scale (BitNet, TriLM). A byte is a fraction of 256 whose digits in base 3 are the elements.
 *
 * <pre>
 *   0   fives  48 bytes: 32 bytes with elements 32 apart, then 16 bytes with elements 16 apart
 *   48  fours  4 bytes: elements 4 apart
 *   52  d      float16
 * </pre>
 *
 * <p>Source: {@code block_tq1_0} and its expansion in ggml-org/ggml. All accessors take the offset of the block's first byte.
 */
public final class BlockTQ1_0 implements TableBlock {
    static final BlockTQ1_0 BLOCK = new BlockTQ1_0();
    static final int BYTES = 54;

    private static final int D = 52;

    private BlockTQ1_0() {}

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
        Ternary.digits(source, block, 32, 5, codes, 0);
        Ternary.digits(source, block + 32, 16, 5, codes, 160);
        Ternary.digits(source, block + 48, 4, 4, codes, 240);
    }

    static void putD(MemorySegment target, long block, float d) {
        LittleEndian.putFloat16(target, block + D, d);
    }
}
