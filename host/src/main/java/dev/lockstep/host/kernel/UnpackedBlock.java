package dev.lockstep.host.kernel;

import dev.lockstep.host.layout.QuantLayout;

/**
 * A block of 32 columns by 16 rows as products with several tokens read it: everything ready, and in the first-level cache. Quants are
 * biased as {@link BlockBias} says, but for {@link TileProducts}, which multiply signed bytes, and {@link PairDots}, for which a group is 64 bytes of 16-bit integers
 * from even columns, then as many from odd ones.
 *
 * <pre>
 *   | 8 groups of 64 or 128 bytes | scale 16 x f32 | 0 or 2 scales of halves | 0 to 2 minima | for pairs: minus their products, 16 x i32 |
 * </pre>
 *
 * @param pairs whether it is for {@link PairDots}
 * @param gap zeros between the halves of a block: a half and they are a block, so that products of halves are products of blocks
 */
record UnpackedBlock(QuantLayout layout, int columns, boolean pairs, int gap) {
    private static final int VECTOR_BYTES = QuantLayout.ROWS * Float.BYTES;
    private static final int QUANT_BYTES = QuantLayout.GROUPS * QuantLayout.GROUP_BYTES;

    /** Bytes from the first half of a block to the zeros after it, and from there to the second half. */
    static final int PART_BYTES = QUANT_BYTES / 2;

    /** Columns that are unpacked at once: few enough to stay in the first-level cache beside the activations. */
    private static final int COLUMNS = 512;

    /** As many bytes of 16-bit integers. */
    private static final int COLUMNS_OF_PAIRS = 256;

    /** Fewer of two tiles, beside products. */
    private static final int COLUMNS_OF_TILES = 384;

    /** Bytes of so many columns, of any type. */
    static final int MAX_BYTES = COLUMNS / QuantLayout.BLOCK * (QUANT_BYTES + 5 * VECTOR_BYTES);

    static UnpackedBlock of(Simd simd, QuantLayout layout) {
        boolean pairs = simd.pairs(layout);
        return new UnpackedBlock(layout, pairs ? COLUMNS_OF_PAIRS : COLUMNS, pairs, 0);
    }

    static UnpackedBlock ofTiles(QuantLayout layout) {
        return new UnpackedBlock(layout, COLUMNS_OF_TILES, false, layout.parts() == 1 ? 0 : PART_BYTES);
    }

    int groupBytes() {
        return (pairs ? 2 : 1) * QuantLayout.GROUP_BYTES;
    }

    int groupOffset(int group) {
        return group * groupBytes() + (group < QuantLayout.GROUPS / 2 ? 0 : gap);
    }

    int scaleOffset() {
        return QuantLayout.GROUPS * groupBytes() + gap;
    }

    int halfScaleOffset(int half) {
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

    int pairsOffset() {
        return minOffset(minima());
    }

    int bytes() {
        return pairsOffset() + (pairs ? VECTOR_BYTES : 0);
    }

    /** Units that are unpacked at once. */
    int units() {
        return columns / layout.columns();
    }
}
