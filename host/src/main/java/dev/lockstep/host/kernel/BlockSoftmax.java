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
     * @param to the first after it that it does not see, an i64 of at least 1, if it may not see the block's last
     */
    record Seen(Optional<Ir> from, Optional<Ir> to) {
        static final Seen ALL = new Seen(Optional.empty(), Optional.empty());

        private Optional<Ir> mask(IrFunction f, int vector) {
            Ir first = Ir.i64((long) vector * LANES);
            Optional<Ir> after = from.map(start -> Elementary.lanesFrom(f, LANES, first, start));
            Optional<Ir> before = to.map(end -> Elementary.lanesBefore(f, LANES, first, end));
            return before.map(b -> after.map(a -> f.and(b, a)).orElse(b)).or(() -> after);
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
        List<List<Optional<Ir>>> masks = new ArrayList<>();
        List<List<Ir>> masked = new ArrayList<>();
        List<Ir> maxima = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            Seen ofRow = seen.apply(row);
            masks.add(new ArrayList<>());
            masked.add(new ArrayList<>());
            // A row that sees nothing has a finite maximum, so that merging it changes nothing.
            Ir max = ofRow.from().isPresent() ? Ir.constant(VECTOR, -Float.MAX_VALUE) : minusInfinity;
            for (int v = 0; v < VECTORS; v++) {
                Optional<Ir> mask = ofRow.mask(f, v);
                Ir all = f.load(VECTOR, place(f, scores, first, row, v));
                Ir capped = cap == 0 ? all : Elementary.softCap(f, all, cap);
                Ir score = mask.map(seeing -> f.select(seeing, capped, minusInfinity))
                        .orElse(capped);
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
                Ir unmasked = Elementary.expOfNegative(f, f.fsub(masked.get(row).get(v), blockMax));
                Ir power = masks.get(row)
                        .get(v)
                        .map(seeing -> f.select(seeing, unmasked, Ir.zero(VECTOR)))
                        .orElse(unmasked);
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
