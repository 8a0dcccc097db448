package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of all positions times their powers, added up: two blocks of positions at a time, one in each hemisphere, and each head in an accumulator of its own. */
final class WeightedValues extends RoundPart {
    private static final int ROW_STREAM = 0;
    /** Cycles for which sums stay. */
    static final int STAY = 90;

    private final Probabilities.Exponents exponents;
    private final int groups;

    /** @param groups of elements that an array holds */
    WeightedValues(Stage stage, Shape shape, Round round, Probabilities.Exponents exponents, int groups) {
        super(stage, shape, round);
        this.exponents = exponents;
        this.groups = groups;
    }

    /** Loads a block's values into a plane from a key on. */
    interface Loading {
        void load(Plane plane, int block, long u);
    }

    /**
     * What has been added up.
     *
     * @param sums of each head, by side
     * @param free key from which on the arrays are free
     * @param loadable key from which on they can be loaded
     */
    record Added(List<List<Kept>> sums, long free, long loadable) {}

    /** @param from key from which on values can be loaded */
    Added place(long from, Loading loading) {
        List<List<Kept>> sums = new ArrayList<>();
        long gap = 2L * count + 1;
        long period = groups + gap;
        long start = scheduler.attempt(from, at -> {
            sums.clear();
            for (int head = 0; head < count; head++) {
                sums.add(new ArrayList<>());
            }
            for (int pass = 0; pass < passes; pass++) {
                load(pass, at + pass * period, gap, loading);
                long rows = pass + 1 < passes ? at + (pass + 1) * period + groups : lastRows(at + pass * period, gap);
                rows(pass, rows, sums);
            }
        });
        long last = start + (passes - 1) * period;
        return new Added(sums, lastRows(last, gap) + 2L * count, last + period);
    }

    /** Rows of a pass come in the gap of the next one, those of the last pass as soon as its values are there. */
    private long lastRows(long loads, long gap) {
        return loads + groups + gap - 1 + geometry.installed;
    }

    private void load(int pass, long loads, long gap, Loading loading) {
        stage.arrays().occupy(loads, groups, 1);
        for (int block = 2 * pass; block < Math.min(blocks, 2 * pass + 2); block++) {
            Plane plane = new Plane(Cache.side(block), 0);
            loading.load(plane, block, loads);
            stage.arrays().install(Element.FP16, plane, loads + groups + gap - 1, groups);
        }
    }

    private void rows(int pass, long first, List<List<Kept>> sums) {
        for (int head = 0; head < count; head++) {
            for (int block = 2 * pass; block < Math.min(blocks, 2 * pass + 2); block++) {
                Kept sum = row(block, head, first + 2L * head);
                if (sum != null) {
                    sums.get(head).add(sum);
                }
            }
        }
    }

    /** Adds a block's values; the last block of a side gives its sum. */
    private @Nullable Kept row(int block, int head, long u) {
        Plane plane = new Plane(Cache.side(block), 0);
        exponents.requireReadable(block, head, u);
        int row = scheduler.label();
        all.readOutward(plane.hemisphere(), Layout.probabilities(block, head), ROW_STREAM, row, u);
        boolean last = block + 2 >= blocks;
        int label = last ? scheduler.label() : 0;
        stage.arrays().multiply(plane, u, ROW_STREAM, row, head, block >= 2, label);
        if (!last) {
            return null;
        }
        long cycle = geometry.taken(geometry.throughArray(u));
        return all.unary(UnaryOperation.COPY, Element.FP32, Constants.sums(plane, label), cycle, cycle + STAY);
    }
}
