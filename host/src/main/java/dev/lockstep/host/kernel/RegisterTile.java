package dev.lockstep.host.kernel;

import java.util.ArrayList;
import java.util.List;

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
