package dev.lockstep.engine.quantize;

import dev.lockstep.formats.GgufWriter.TensorSink;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Quantizer;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/**
 * A tensor and the type that it is to have.
 *
 * @param source as the model has it
 * @param type in the new file; the source's own type means that its bytes are kept
 * @param order of its rows; of its elements, if it is a single row
 */
record PlannedTensor(Tensor source, TensorType type, RowOrder order) {
    /** Elements that are rounded between two writes, so that memory stays small and every core has something to do. */
    private static final long PIECE = 1 << 22;

    /** Rows are dealt to cores in this many parts. */
    private static final int PARTS = 16;

    private boolean isRow() {
        return source.rows() == 1 && source.matrices() == 1;
    }

    /** Bytes in the new file. */
    long bytes() {
        return type.bytes(source.columns(), source.rows(), source.matrices());
    }

    /** Rounds and writes all rows. The same tensor gives the same bytes on every machine. */
    RoundingError writeTo(TensorSink sink) throws IOException {
        if (type == source.type() && order.equals(RowOrder.AS_IS)) {
            sink.write(source.data());
            return RoundingError.NONE;
        }
        int columns = Math.toIntExact(source.columns());
        long rows = source.rows() * source.matrices();
        int pieceRows = (int) Math.clamp(PIECE / columns, 1, rows);
        MemorySegment piece = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes(columns) * pieceRows)]);
        RoundingError error = RoundingError.NONE;
        for (long first = 0; first < rows; first += pieceRows) {
            int count = (int) Math.min(pieceRows, rows - first);
            error = error.plus(round(first, count, piece));
            sink.write(piece.asSlice(0, type.bytes(columns) * count));
        }
        return error;
    }

    private RoundingError round(long first, int count, MemorySegment target) {
        return IntStream.range(0, PARTS)
                .parallel()
                .mapToObj(part -> round(first, count * part / PARTS, count * (part + 1) / PARTS, target))
                .toList()
                .stream()
                .reduce(RoundingError.NONE, RoundingError::plus);
    }

    private RoundingError round(long first, int from, int to, MemorySegment target) {
        int columns = (int) source.columns();
        long bytes = type.bytes(columns);
        Quantizer quantizer = new Quantizer(type);
        float[] exact = new float[columns];
        float[] rounded = new float[columns];
        RoundingError error = RoundingError.NONE;
        for (int row = from; row < to; row++) {
            read(first + row, exact);
            quantizer.quantize(exact, 0, columns, target, row * bytes);
            Dequantizer.dequantize(type, target, row * bytes, rounded, 0, columns);
            error = error.plus(RoundingError.between(exact, rounded));
        }
        return error;
    }

    private void read(long row, float[] values) {
        if (!isRow()) {
            Dequantizer.dequantizeRow(source, order.source(row), values, 0);
            return;
        }
        float[] ordered = new float[values.length];
        Dequantizer.dequantizeRow(source, row, ordered, 0);
        for (int i = 0; i < values.length; i++) {
            values[i] = ordered[(int) order.source(i)];
        }
    }
}
