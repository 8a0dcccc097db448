package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.layout.QuantLayout;

/**
 * A row of activations rounded to 8 bits, or one of the two planes of a row rounded to 16 bits:
 *
 * <pre>
 *   | n quants, int8 | n / 32 blocks of 32 bytes |
 *   block: 0 scale f32   4 scale * sum f32   8, 12 scale * sum of each half f32   16 sum i32   20, 24 sum of each half i32
 * </pre>
 *
 * <p>A 16-bit row is a plane of high bytes and, after it, one of low bytes; an integer is {@value #HIGH} times its high byte plus its low one,
 * both from -127 to 127. Each plane has the plain sums of its own bytes; the scale and the scaled sums, in the high plane only, are those
 * of the 16-bit integers.
 */
final class Q8Row {
    static final int BLOCK_BYTES = 32;
    static final int SCALE = 0;
    static final int SCALED_SUM = 4;
    static final int SCALED_HALF_SUMS = 8;
    static final int SUM = 16;
    static final int HALF_SUMS = 20;

    /** What one in the high plane stands for. */
    static final int HIGH = 254;

    private Q8Row() {}

    /** Planes of a row of integers. */
    static int planes(RowKind kind) {
        return switch (kind) {
            case Q8 -> 1;
            case Q16 -> 2;
            case F32, CHOICE -> throw new IllegalArgumentException("no integers: " + kind);
        };
    }

    /** Where the block of columns {@code 32 block ...} of a row of {@code width} is described. */
    static int blockOffset(int width, int block) {
        return width + block * BLOCK_BYTES;
    }

    /** Bytes of a plane. */
    static int bytes(int width) {
        return width + width / QuantLayout.BLOCK * BLOCK_BYTES;
    }
}
