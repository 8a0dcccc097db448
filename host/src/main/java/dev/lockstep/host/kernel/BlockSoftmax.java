package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Turns rows of scores of one KV block into weights. Several rows at once: their maxima and sums then are one vector, and waiting
 * for one row is work on another.
 */
final class BlockSoftmax {
    /** Most rows at once. */
    static final int ROWS = 8;

    private static final int LANES = FloatRow.LANES;
    private static final int VECTORS = KvLayout.BLOCK / LANES;
    private static final Type VECTOR = Type.FLOAT.times(LANES);

    private BlockSoftmax() {}

    /**
     * @param scores rows of 64 scores, overwritten by weights
     * @param first the first row
     * @param rows how many, a power of two
     * @param visible how many positions of the block each row sees, an i64 of at least 1
     */
    static void emit(
            IrFunction f,
            Ir scores,
            Ir first,
            int rows,
            IntFunction<Ir> visible,
            Accumulator into,
            Accumulator.Factors factors) {
        Ir minusInfinity = Ir.constant(VECTOR, Float.NEGATIVE_INFINITY);
        List<List<Ir>> masks = new ArrayList<>();
        List<List<Ir>> masked = new ArrayList<>();
        List<Ir> maxima = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            Ir seen = visible.apply(row);
            masks.add(new ArrayList<>());
            masked.add(new ArrayList<>());
            Ir max = minusInfinity;
            for (int v = 0; v < VECTORS; v++) {
                Ir mask = Elementary.lanesBefore(f, LANES, Ir.i64((long) v * LANES), seen);
                Ir score = f.select(mask, f.load(VECTOR, place(f, scores, first, row, v)), minusInfinity);
                max = Elementary.max(f, max, score);
                masks.get(row).add(mask);
                masked.get(row).add(score);
            }
            maxima.add(max);
        }
        Ir blockMaxima = Elementary.reduceLanes(f, maxima, (a, b) -> Elementary.max(f, a, b));
        List<Ir> totals = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            Ir blockMax = f.splat(f.extract(blockMaxima, row), LANES);
            Ir total = Ir.zero(VECTOR);
            for (int v = 0; v < VECTORS; v++) {
                Ir power = Elementary.expOfNegative(f, f.fsub(masked.get(row).get(v), blockMax));
                power = f.select(masks.get(row).get(v), power, Ir.zero(VECTOR));
                f.store(power, place(f, scores, first, row, v));
                total = v == 0 ? power : f.fadd(total, power);
            }
            totals.add(total);
        }
        into.merge(first, blockMaxima, Elementary.reduceLanes(f, totals, f::fadd), factors);
    }

    private static Ir place(IrFunction f, Ir scores, Ir first, int row, int vector) {
        Ir start = f.offset(scores, f.mul(first, Ir.i64(4L * KvLayout.BLOCK)));
        return f.offset(start, 4L * (row * KvLayout.BLOCK + vector * LANES));
    }
}
