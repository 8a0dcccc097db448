package dev.lockstep.host.kernel;

import dev.lockstep.host.layout.QuantLayout;

/**
 * A block of 32 columns by 16 rows as products with several tokens read it: everything ready, and in the first-level cache. Quants are
 * biased as {@link BlockBias} says, but for {@link TileProducts}, which multiply signed bytes.
 *
 * <pre>
 *   | 8 groups of 64 bytes | scale 16 x f32 | 0 or 2 scales of halves | 0 to 2 minima |
 * </pre>
 */
record UnpackedBlock(QuantLayout layout) {
    private static final int VECTOR_BYTES = QuantLayout.ROWS * Float.BYTES;

    /** Columns that are unpacked at once: few enough to stay in the first-level cache beside the activations. */
    static final int COLUMNS = 512;

    /** Bytes of so many columns, of any type. */
    static final int MAX_BYTES =
            COLUMNS / QuantLayout.BLOCK * (QuantLayout.GROUPS * QuantLayout.GROUP_BYTES + 5 * VECTOR_BYTES);

    static int groupOffset(int group) {
        return group * QuantLayout.GROUP_BYTES;
    }

    static int scaleOffset() {
        return groupOffset(QuantLayout.GROUPS);
    }

    static int halfScaleOffset(int half) {
        return scaleOffset() + (1 + half) * VECTOR_BYTES;
    }

    int halfScales() {
        return layout.parts() == 1 ? 0 : 2;
    }

    int minima() {
        return layout.hasMinima() ? layout.parts() : 0;
    }

    int minOffset(int index) {
        return halfScaleOffset(halfScales()) + index * VECTOR_BYTES;
    }

    int bytes() {
        return minOffset(minima());
    }

    /** Units that are unpacked at once. */
    int units() {
        return COLUMNS / layout.columns();
    }
}
