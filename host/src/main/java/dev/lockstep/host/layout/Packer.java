package dev.lockstep.host.layout;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/**
 * Brings a matrix from the row-major form of files into tiles of 16 rows. Rows beyond the last are zeros: scales of zero for quantised
 * types, so that they yield zeros.
 */
public sealed interface Packer permits Packer.Quantized, Packer.Floats, WordPacker {
    /** Rows of a tile. */
    int TILE_ROWS = 16;

    /** A packer for a matrix, for one thread: packers keep what they need from tile to tile. */
    static Packer of(Tensor matrix) {
        return QuantLayout.of(matrix.type())
                .map(layout -> WordPacker.fits(layout)
                        ? new WordPacker(matrix, layout)
                        : new Quantized(matrix, layout, new UnitPacker(layout)))
                .orElseGet(() -> new Floats(
                        matrix,
                        FloatLayout.of(matrix.type())
                                .orElseThrow(() -> new IllegalArgumentException("no layout for " + matrix.type()))));
    }

    /** Bytes of a packed tile. */
    static long tileBytes(TensorType type, int columns) {
        return QuantLayout.of(type)
                .map(layout -> (long) columns / layout.columns() * layout.unitBytes())
                .orElseGet(() ->
                        (long) columns * FloatLayout.of(type).orElseThrow().columnBytes());
    }

    /** Tiles of a matrix of so many rows. */
    static long tiles(long rows) {
        return (rows + TILE_ROWS - 1) / TILE_ROWS;
    }

    /**
     * Packs tile {@code tile} (of all stacked matrices, each in whole tiles) into {@code target}, all of which it fills.
     *
     * @return whether all values are surely finite; if not, {@link dev.lockstep.tensor.NonFinite} knows
     */
    boolean pack(long tile, MemorySegment target);

    /** Tiles of 16 rows by units of {@link QuantLayout}. */
    record Quantized(Tensor matrix, QuantLayout layout, UnitPacker packer) implements Packer {
        @Override
        public boolean pack(long tile, MemorySegment target) {
            int rows = rows(matrix, tile);
            if (rows < TILE_ROWS) {
                target.fill((byte) 0);
            }
            boolean finite = true;
            int units = Math.toIntExact(matrix.columns() / layout.columns());
            for (int unit = 0; unit < units; unit++) {
                for (int row = 0; row < rows; row++) {
                    long block = rowOffset(matrix, tile, row)
                            + (long) unit * matrix.type().blockBytes();
                    finite &= packer.pack(matrix.data(), block, target, (long) unit * layout.unitBytes(), row);
                }
            }
            return finite;
        }
    }

    /** Columns of 16 floats. */
    record Floats(Tensor matrix, FloatLayout layout) implements Packer {
        /** Columns that are packed for all rows before the next: what is written stays in the first cache. */
        private static final int STRIP = 128;

        @Override
        public boolean pack(long tile, MemorySegment target) {
            int rows = rows(matrix, tile);
            if (rows < TILE_ROWS) {
                target.fill((byte) 0);
            }
            boolean finite = true;
            for (long first = 0; first < matrix.columns(); first += STRIP) {
                long end = Math.min(first + STRIP, matrix.columns());
                for (int row = 0; row < rows; row++) {
                    long source = rowOffset(matrix, tile, row);
                    finite &= switch (layout) {
                        case F32 -> packInts(source, first, end, target, row);
                        case F16 -> packShorts(source, first, end, target, row, 0x7c00);
                        case BF16 -> packShorts(source, first, end, target, row, 0x7f80);
                    };
                }
            }
            return finite;
        }

        private boolean packInts(long source, long first, long end, MemorySegment target, int row) {
            int largest = 0;
            for (long column = first; column < end; column++) {
                int bits = matrix.data().get(LittleEndianLayouts.INT, source + 4 * column);
                target.set(LittleEndianLayouts.INT, column * layout.columnBytes() + 4L * row, bits);
                largest = Math.max(largest, bits & 0x7f800000);
            }
            return largest < 0x7f800000;
        }

        private boolean packShorts(long source, long first, long end, MemorySegment target, int row, int exponent) {
            int largest = 0;
            for (long column = first; column < end; column++) {
                short bits = matrix.data().get(LittleEndianLayouts.SHORT, source + 2 * column);
                target.set(LittleEndianLayouts.SHORT, column * layout.columnBytes() + 2L * row, bits);
                largest = Math.max(largest, bits & exponent);
            }
            return largest < exponent;
        }
    }

    /** Rows of a tile that exist. */
    static int rows(Tensor matrix, long tile) {
        return (int) Math.min(TILE_ROWS, matrix.rows() - tile % tiles(matrix.rows()) * TILE_ROWS);
    }

    /** Where row {@code row} of a tile starts in the tensor. */
    static long rowOffset(Tensor matrix, long tile, int row) {
        long perMatrix = tiles(matrix.rows());
        return (tile / perMatrix * matrix.rows() + tile % perMatrix * TILE_ROWS + row) * matrix.rowBytes();
    }
}
