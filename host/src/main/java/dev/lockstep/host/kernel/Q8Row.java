package dev.lockstep.host.kernel;

import dev.lockstep.host.layout.QuantLayout;

/**
 * A row of activations rounded to 8 bits:
 *
 * <pre>
 *   | n quants, int8 | n / 32 blocks of 32 bytes |
 *   block: 0 scale f32   4 scale * sum f32   8, 12 scale * sum of each half f32   16 sum i32   20, 24 sum of each half i32
 * </pre>
 */
final class Q8Row {
    static final int BLOCK_BYTES = 32;
    static final int SCALE = 0;
    static final int SCALED_SUM = 4;
    static final int SCALED_HALF_SUMS = 8;
    static final int SUM = 16;
    static final int HALF_SUMS = 20;

    private Q8Row() {}

    /** Where the block of columns {@code 32 block ...} of a row of {@code width} is described. */
    static int blockOffset(int width, int block) {
        return width + block * BLOCK_BYTES;
    }

    /** Bytes of a row. */
    static int bytes(int width) {
        return width + width / QuantLayout.BLOCK * BLOCK_BYTES;
    }
}
