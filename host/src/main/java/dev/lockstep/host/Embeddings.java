package dev.lockstep.host;

import dev.lockstep.graph.Op;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks up the rows with which a step begins. Allocates nothing after its construction. */
final class Embeddings {
    private final Tensor table;
    private final @Nullable Tensor positions;
    private final float[] row;
    private final float[] positionRow;

    Embeddings(Op.Embedding lookup, Map<String, Tensor> weights) {
        this.table = weights.get(lookup.table().name());
        this.positions =
                lookup.positions().map(rows -> weights.get(rows.name())).orElse(null);
        this.row = new float[lookup.width()];
        this.positionRow = new float[lookup.width()];
    }

    /** How many tokens there are. */
    long tokens() {
        return table.rows();
    }

    /** Where the row of a token lies as it is in the file; 0 if native code cannot read it there. */
    long address(int token) {
        return table.data().isNative() ? table.data().address() + token * table.rowBytes() : 0;
    }

    /** Writes the row of a token at a position. */
    void write(int token, int position, MemorySegment memory, long place) {
        Dequantizer.dequantizeRow(table, token, row, 0);
        if (positions != null) {
            Dequantizer.dequantizeRow(positions, position, positionRow, 0);
            for (int i = 0; i < row.length; i++) {
                row[i] += positionRow[i];
            }
        }
        MemorySegment.copy(row, 0, memory, ValueLayout.JAVA_FLOAT, place, row.length);
    }
}
