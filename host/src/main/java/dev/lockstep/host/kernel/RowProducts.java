package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.ArrayList;
import java.util.List;

/** Sums of products of rows (queries, weights) with vectors (keys, values), in the registers of a tile. */
final class RowProducts {
    private static final int LANES = FloatRow.LANES;

    private RowProducts() {}

    /**
     * One more term of all sums of a tile.
     *
     * @param factor where the term's factor of the tile's first row is
     * @param stride floats from there to that of the next row
     */
    static List<Ir> next(IrFunction f, RegisterTile tile, Ir factor, int stride, List<Ir> vectors, List<Ir> sums) {
        List<Ir> next = new ArrayList<>();
        for (int row = 0; row < tile.rows(); row++) {
            Ir one = f.splat(f.load(Type.FLOAT, factor, 4L * stride * row), LANES);
            for (int v = 0; v < tile.vectors(); v++) {
                next.add(f.fma(one, vectors.get(v), sums.get(tile.sum(row, v))));
            }
        }
        return next;
    }

    /** Stores the sums of a tile into rows of {@code stride} floats. */
    static void store(IrFunction f, RegisterTile tile, List<Ir> sums, Ir rows, int stride) {
        for (int row = 0; row < tile.rows(); row++) {
            for (int v = 0; v < tile.vectors(); v++) {
                long place = (long) (tile.firstRow() + row) * stride + (long) (tile.firstVector() + v) * LANES;
                f.store(sums.get(tile.sum(row, v)), f.offset(rows, 4 * place));
            }
        }
    }

    /** Merges the sums of a tile, whose rows are counted from {@code first} of the accumulator. */
    static void merge(
            IrFunction f,
            RegisterTile tile,
            List<Ir> sums,
            Ir first,
            Accumulator accumulator,
            Accumulator.Factors factors) {
        for (int row = 0; row < tile.rows(); row++) {
            Ir number = f.add(first, Ir.i64((long) tile.firstRow() + row));
            for (int v = 0; v < tile.vectors(); v++) {
                Ir vector = Ir.i64((long) tile.firstVector() + v);
                accumulator.mergeResult(number, vector, sums.get(tile.sum(row, v)), factors);
            }
        }
    }
}
