package dev.lockstep.host.layout;

import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Packs types whose blocks are a scale of 16 bits and then just the words that lie side by side in a unit: only places change, so that
 * it takes little more than two copies. Rows are moved in arrays, which are fast from the first call on, before the JIT compiler has seen that
 * accesses to memory outside the heap are in bounds.
 */
final class WordPacker implements Packer {
    /** Exponent of a float16: all ones in infinity and NaN. */
    private static final int HALF_EXPONENT = 0x7c00;

    private final Tensor matrix;
    private final int blocks;

    /** In numbers of 16 bits, like all places here. */
    private final int blockSize;

    private final int unitSize;
    private final short[] row;
    private final short[] packed;

    WordPacker(Tensor matrix, QuantLayout layout) {
        this.matrix = matrix;
        this.blocks = Math.toIntExact(matrix.columns() / layout.columns());
        this.blockSize = matrix.type().blockBytes() / Short.BYTES;
        this.unitSize = layout.unitBytes() / Short.BYTES;
        this.row = new short[Math.multiplyExact(blocks, blockSize)];
        this.packed = new short[Math.multiplyExact(blocks, unitSize)];
    }

    static boolean fits(QuantLayout layout) {
        return switch (layout) {
            case Q4_0, IQ4_NL, Q8_0 -> true;
            default -> false;
        };
    }

    @Override
    public boolean pack(long tile, MemorySegment target) {
        int rows = Packer.rows(matrix, tile);
        if (rows < TILE_ROWS) {
            Arrays.fill(packed, (short) 0);
        }
        boolean finite = true;
        for (int r = 0; r < rows; r++) {
            long source = Packer.rowOffset(matrix, tile, r);
            MemorySegment.copy(matrix.data(), LittleEndianLayouts.SHORT, source, row, 0, row.length);
            finite &= place(r);
        }
        MemorySegment.copy(packed, 0, target, LittleEndianLayouts.SHORT, 0, packed.length);
        return finite;
    }

    /** Puts the words of the row into place, and tells whether its scales are finite. */
    private boolean place(int r) {
        boolean finite = true;
        for (int block = 0; block < blocks; block++) {
            int from = block * blockSize;
            int unit = block * unitSize;
            short scale = row[from];
            finite &= (scale & HALF_EXPONENT) != HALF_EXPONENT;
            packed[unit + r] = scale;
            int to = unit + TILE_ROWS + 2 * r;
            for (int i = 1; i < blockSize; i += 2) {
                packed[to] = row[from + i];
                packed[to + 1] = row[from + i + 1];
                to += 2 * TILE_ROWS;
            }
        }
        return finite;
    }
}
