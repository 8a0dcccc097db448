package dev.lockstep.host.layout;

import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Brings a matrix from the row-major form of files into tiles of 16 rows. Rows beyond the last are zeros: scales of zero for quantised
 * types, so that they yield zeros.
 */
public sealed interface Packer {
    /** Rows of a tile. */
    int TILE_ROWS = 16;

    /** The packer for a matrix. */
    static Packer of(Tensor matrix) {
        return QuantLayout.of(matrix.type())
                .<Packer>map(layout -> new Quantized(matrix, layout))
                .orElseGet(() -> new Floats(
                        matrix,
                        FloatLayout.of(matrix.type())
                                .orElseThrow(() -> new IllegalArgumentException("no layout for " + matrix.type()))));
    }

    /** Bytes of a packed tile. */
    static long tileBytes(dev.lockstep.tensor.TensorType type, int columns) {
        return QuantLayout.of(type)
                .map(layout -> (long) columns / layout.columns() * layout.unitBytes())
                .orElseGet(() ->
                        (long) columns * FloatLayout.of(type).orElseThrow().columnBytes());
    }

    /** Tiles of a matrix of so many rows. */
    static long tiles(long rows) {
        return (rows + TILE_ROWS - 1) / TILE_ROWS;
    }

    /** Packs tile {@code tile} (of all stacked matrices, each in whole tiles) into {@code target}, all of which it fills. */
    void pack(long tile, MemorySegment target);

    /** Tiles of 16 rows by units of {@link QuantLayout}. */
    record Quantized(Tensor matrix, QuantLayout layout) implements Packer {
        @Override
        public void pack(long tile, MemorySegment target) {
            UnitFields fields = new UnitFields(layout);
            UnitBytes bytes = new UnitBytes(layout);
            int units = Math.toIntExact(matrix.columns() / layout.columns());
            for (int unit = 0; unit < units; unit++) {
                bytes.clear();
                for (int row = 0; row < TILE_ROWS; row++) {
                    long offset = rowOffset(matrix, tile, row);
                    if (offset >= 0) {
                        fields.read(
                                matrix.data(),
                                offset + (long) unit * matrix.type().blockBytes());
                        bytes.put(row, fields);
                    }
                }
                bytes.copyTo(target, (long) unit * layout.unitBytes());
            }
        }
    }

    /** Columns of 16 floats. */
    record Floats(Tensor matrix, FloatLayout layout) implements Packer {
        @Override
        public void pack(long tile, MemorySegment target) {
            target.fill((byte) 0);
            int size = layout.elementBytes();
            for (int row = 0; row < TILE_ROWS; row++) {
                long offset = rowOffset(matrix, tile, row);
                if (offset < 0) {
                    continue;
                }
                for (long column = 0; column < matrix.columns(); column++) {
                    long place = column * layout.columnBytes() + (long) row * size;
                    if (size == 4) {
                        target.set(
                                LittleEndianLayouts.INT,
                                place,
                                matrix.data().get(LittleEndianLayouts.INT, offset + 4 * column));
                    } else {
                        target.set(
                                LittleEndianLayouts.SHORT,
                                place,
                                matrix.data().get(LittleEndianLayouts.SHORT, offset + 2 * column));
                    }
                }
            }
        }
    }

    /** Where row {@code row} of a tile starts in the tensor, or -1 if the tile has fewer rows. */
    private static long rowOffset(Tensor matrix, long tile, int row) {
        long perMatrix = tiles(matrix.rows());
        long rowInMatrix = tile % perMatrix * TILE_ROWS + row;
        return rowInMatrix < matrix.rows() ? (tile / perMatrix * matrix.rows() + rowInMatrix) * matrix.rowBytes() : -1;
    }
}
