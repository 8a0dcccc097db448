package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.function.UnaryOperator;

/**
 * What attention to some positions gave, for several rows (a query head of a token each): the largest score, the sum of weights,
 * and the weighted sum of values. Other positions are merged into it, as the numerics of {@link dev.lockstep.graph} say.
 *
 * <pre>
 *   maxima   f32 [rows]           rows rounded up to 16
 *   sums     f32 [rows]
 *   results  f32 [rows][stride]   stride: elements of a value, rounded up to 16
 * </pre>
 */
final class Accumulator {
    private static final int LANES = FloatRow.LANES;
    private static final Type VECTOR = Type.FLOAT.times(LANES);

    private final IrFunction f;
    private final Ir maxima;
    private final Ir sums;
    private final Ir results;
    private final int stride;

    private Accumulator(IrFunction f, Ir address, int rows, int stride) {
        this.f = f;
        this.maxima = address;
        this.sums = f.offset(address, FloatRow.bytes(rows));
        this.results = f.offset(address, 2L * FloatRow.bytes(rows));
        this.stride = stride;
    }

    static Accumulator at(IrFunction f, Ir address, int rows, int stride) {
        return new Accumulator(f, address, rows, stride);
    }

    static Accumulator onStack(IrFunction f, int rows, int stride) {
        return new Accumulator(f, f.alloca(bytes(rows, stride)), rows, stride);
    }

    static long bytes(int rows, int stride) {
        return 2L * FloatRow.bytes(rows) + 4L * rows * stride;
    }

    /** Makes the first {@code rows} the accumulators of no positions. */
    void clear(Ir rows) {
        f.loop(Ir.i64(0), rows, 1, row -> {
            f.store(Ir.constant(Type.FLOAT, Float.NEGATIVE_INFINITY), f.word(maxima, row));
            f.store(Ir.constant(Type.FLOAT, 0f), f.word(sums, row));
        });
        f.loop(Ir.i64(0), f.mul(rows, Ir.i64(stride)), LANES, i -> f.store(Ir.zero(VECTOR), f.word(results, i)));
    }

    /** The largest scores of rows from {@code row} on, one to a lane. */
    Ir maxima(Ir row, int lanes) {
        return f.load(Type.FLOAT.times(lanes), f.word(maxima, row));
    }

    Ir sums(Ir row, int lanes) {
        return f.load(Type.FLOAT.times(lanes), f.word(sums, row));
    }

    /** Vector {@code vector} of the result of a row. */
    Ir result(Ir row, Ir vector) {
        return f.load(VECTOR, place(row, vector));
    }

    /** Merges maxima and sums of other positions, and notes the factors with which results are to be merged. */
    void merge(Ir row, Ir otherMaxima, Ir otherSums, Factors factors) {
        int lanes = otherMaxima.type().lanes();
        Ir oldMaxima = maxima(row, lanes);
        Ir both = Elementary.max(f, oldMaxima, otherMaxima);
        Ir oldFactor = Elementary.expOfNegative(f, f.fsub(oldMaxima, both));
        Ir otherFactor = Elementary.expOfNegative(f, f.fsub(otherMaxima, both));
        f.store(both, f.word(maxima, row));
        f.store(f.fma(sums(row, lanes), oldFactor, f.fmul(otherSums, otherFactor)), f.word(sums, row));
        f.store(oldFactor, f.word(factors.old, row));
        f.store(otherFactor, f.word(factors.other, row));
    }

    /** Merges one vector of the results of other positions. */
    void mergeResult(Ir row, Ir vector, Ir otherResult, Factors factors) {
        Ir oldFactor = f.splat(f.load(Type.FLOAT, f.word(factors.old, row)), LANES);
        Ir otherFactor = f.splat(f.load(Type.FLOAT, f.word(factors.other, row)), LANES);
        Ir place = place(row, vector);
        f.store(f.fma(f.load(VECTOR, place), oldFactor, f.fmul(otherResult, otherFactor)), place);
    }

    /** Merges {@code rows} rows of another accumulator. */
    void mergeAll(Accumulator other, Ir rows, Factors factors) {
        f.loop(Ir.i64(0), rows, 1, row -> {
            merge(row, other.maxima(row, 1), other.sums(row, 1), factors);
            f.loop(
                    Ir.i64(0),
                    Ir.i64(stride / LANES),
                    1,
                    vector -> mergeResult(row, vector, other.result(row, vector), factors));
        });
    }

    /**
     * Writes a row's result, divided by the sum of weights. A sink is merged first: a score of weight 1, and zeros for values; the accumulator stays as it is.
     *
     * @param sink address of the row's, if the shape has sinks
     */
    void finish(Ir row, AttendShape shape, Ir y, Ir sink) {
        Ir sum = f.load(Type.FLOAT, f.word(sums, row));
        int size = shape.kv().headSize();
        if (!shape.sinks()) {
            Ir inverse = f.fdiv(Ir.constant(Type.FLOAT, 1f), sum);
            write(row, size, y, result -> f.fmul(result, splat(inverse, result)));
            return;
        }
        Ir max = f.load(Type.FLOAT, f.word(maxima, row));
        Ir score = f.load(Type.FLOAT, sink);
        Ir both = Elementary.max(f, max, score);
        Ir factor = Elementary.expOfNegative(f, f.fsub(max, both));
        Ir sinkFactor = Elementary.expOfNegative(f, f.fsub(score, both));
        Ir inverse = f.fdiv(Ir.constant(Type.FLOAT, 1f), f.fma(sum, factor, sinkFactor));
        write(row, size, y, result -> {
            Ir merged = f.fma(result, splat(factor, result), Ir.constant(result.type(), 0f));
            return f.fmul(merged, splat(inverse, result));
        });
    }

    private void write(Ir row, int size, Ir y, UnaryOperator<Ir> last) {
        Ir from = place(row, Ir.i64(0));
        // A vector would write into the next head where the head size is no multiple of 16.
        int lanes = size % LANES == 0 ? LANES : 0;
        f.loop(
                Ir.i64(0),
                Ir.i64(size),
                Math.max(1, lanes),
                i -> f.store(last.apply(f.load(Type.FLOAT.times(lanes), f.word(from, i))), f.word(y, i)));
    }

    private Ir splat(Ir factor, Ir like) {
        int lanes = like.type().lanes();
        return lanes == 0 ? factor : f.splat(factor, lanes);
    }

    private Ir place(Ir row, Ir vector) {
        Ir element = f.add(f.mul(row, Ir.i64(stride)), f.mul(vector, Ir.i64(LANES)));
        return f.word(results, element);
    }

    /** Room for the factors of a merge. */
    record Factors(Ir old, Ir other) {
        static Factors onStack(IrFunction f, int rows) {
            return new Factors(f.alloca(FloatRow.bytes(rows)), f.alloca(FloatRow.bytes(rows)));
        }
    }
}
