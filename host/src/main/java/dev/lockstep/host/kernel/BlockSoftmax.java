package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
     * What a row sees of a block.
     *
     * @param from its first position in the block, an i64, if that may be another than the block's first; 64 or more if it sees nothing
     * @param to the first after it that it does not see, an i64 of at least 1
     */
    record Seen(Optional<Ir> from, Ir to) {
        private Ir mask(IrFunction f, int vector) {
            Ir first = Ir.i64((long) vector * LANES);
            Ir before = Elementary.lanesBefore(f, LANES, first, to);
            return from.map(start -> f.and(before, Elementary.lanesFrom(f, LANES, first, start)))
                    .orElse(before);
        }
    }

    /**
     * @param scores rows of 64 scores, overwritten by weights
     * @param first the first row
     * @param rows how many, a power of two
     * @param seen the positions of the block that each row sees
     * @param cap soft cap on scores; 0 for none
     */
    static void emit(
            IrFunction f,
            Ir scores,
            Ir first,
            int rows,
            IntFunction<Seen> seen,
            float cap,
            Accumulator into,
            Accumulator.Factors factors) {
        Ir minusInfinity = Ir.constant(VECTOR, Float.NEGATIVE_INFINITY);
        List<List<Ir>> masks = new ArrayList<>();
        List<List<Ir>> masked = new ArrayList<>();
        List<Ir> maxima = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            Seen ofRow = seen.apply(row);
            masks.add(new ArrayList<>());
            masked.add(new ArrayList<>());
            // A row that sees nothing has a finite maximum, so that merging it changes nothing.
            Ir max = ofRow.from().isPresent() ? Ir.constant(VECTOR, -Float.MAX_VALUE) : minusInfinity;
            for (int v = 0; v < VECTORS; v++) {
                Ir mask = ofRow.mask(f, v);
                Ir score = f.load(VECTOR, place(f, scores, first, row, v));
                score = f.select(mask, cap == 0 ? score : Elementary.softCap(f, score, cap), minusInfinity);
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
