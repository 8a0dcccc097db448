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

    /** Bytes of a row as it is in the file. */
    long rowBytes() {
        return table.rowBytes();
    }

    /** Copies the row of a token as it is in the file, which native code must not read itself: somebody may shorten the file meanwhile. */
    void copy(int token, MemorySegment rows, int index) {
        MemorySegment.copy(table.data(), token * rowBytes(), rows, index * rowBytes(), rowBytes());
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
