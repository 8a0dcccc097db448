package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;

/** Rows and vectors of 16 columns whose sums are in registers together. */
record RegisterTile(int firstRow, int rows, int firstVector, int vectors) {
    int sums() {
        return rows * vectors;
    }

    /** Which of the sums is that of a row and a vector, counted within the tile. */
    int sum(int row, int vector) {
        return row * vectors + vector;
    }

    /** Whether it is the first of those that cut a whole. */
    boolean first() {
        return firstRow == 0 && firstVector == 0;
    }

    /** Sums of nothing. */
    List<Ir> zeros() {
        return Collections.nCopies(sums(), Ir.zero(Type.FLOAT.times(FloatRow.LANES)));
    }

    /** The sums {@code then} of rows for which the condition holds, {@code otherwise} of others. */
    List<Ir> select(IrFunction f, IntFunction<Ir> condition, List<Ir> then, List<Ir> otherwise) {
        List<Ir> selected = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            Ir holds = condition.apply(firstRow + row);
            for (int vector = 0; vector < vectors; vector++) {
                int sum = sum(row, vector);
                selected.add(f.select(holds, then.get(sum), otherwise.get(sum)));
            }
        }
        return selected;
    }

    /** Cuts rows and vectors into tiles of about equal size with at most {@code sums} sums. */
    static List<RegisterTile> cut(int rows, int vectors, int sums) {
        int rowsAtOnce = evenPart(rows, Math.min(rows, sums));
        int vectorsAtOnce = evenPart(vectors, Math.max(1, sums / rowsAtOnce));
        List<RegisterTile> tiles = new ArrayList<>();
        for (int row = 0; row < rows; row += rowsAtOnce) {
            for (int vector = 0; vector < vectors; vector += vectorsAtOnce) {
                tiles.add(new RegisterTile(
                        row, Math.min(rowsAtOnce, rows - row), vector, Math.min(vectorsAtOnce, vectors - vector)));
            }
        }
        return tiles;
    }

    /** The size of parts when {@code all} is cut into as few as possible that are at most {@code most}. */
    private static int evenPart(int all, int most) {
        int parts = (all + most - 1) / most;
        return (all + parts - 1) / parts;
    }
}
