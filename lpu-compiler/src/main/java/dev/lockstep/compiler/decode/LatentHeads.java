package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A round of heads that look at compressed keys: scores, softmax, and what they see, vector after vector, as rows of FP16. */
final class LatentHeads {
    private static final int ROW_STREAM = 0;
    /** Cycles for which sums of values stay. */
    private static final int STAY = 90;

    private final Stage stage;
    private final Shape shape;
    private final Round round;
    private final int count;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Group all;
    private final int alu;
    private final int blocks;
    private final int passes;
    /** Key from which on the arrays can be loaded. */
    private long installed;

    LatentHeads(Stage stage, Shape shape, Round round) {
        this.stage = stage;
        this.shape = shape;
        this.round = round;
        this.count = round.count();
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        this.all = scheduler.all();
        this.alu = geometry.alu;
        this.blocks = shape.positionBlocks();
        this.passes = Math.ceilDiv(blocks, 2);
    }

    /**
     * What the heads of a round have seen.
     *
     * @param available keys from which on the vectors of each head can be read, head after head
     * @param free key from which on the arrays are free
     * @param loadable key from which on they can be loaded
     */
    record Seen(List<Long> available, long free, long loadable) {}

    /**
     * @param available key from which on queries can be read and the arrays are free
     * @param loadable key from which on keys can be loaded
     * @param value cycle from which on the current value is in memory
     */
    Seen place(long available, long loadable, long value) {
        Scores.Found scores = new Scores(stage, shape, round).place(available, loadable);
        SoftmaxOffset softmax = new SoftmaxOffset(stage, shape, round);
        long ones = softmax.ones(scores.free());
        List<Kept> offsets = softmax.place(scores, ones);
        Probabilities probabilities = new Probabilities(stage, shape, round);
        Probabilities.Exponents exponents = probabilities.exponents(offsets);
        Probabilities.Denominators sums = probabilities.denominators(exponents, Math.max(ones, exponents.free()));
        List<Kept> inverses = inverses(sums);
        Long[] readable = new Long[count * shape.vectors()];
        long free = Math.max(0, sums.free() - shape.headGroups());
        for (int vector = 0; vector < shape.vectors(); vector++) {
            List<List<Kept>> outputs = new ArrayList<>();
            free = add(vector, free, exponents, outputs);
            finish(vector, outputs, sums.current(), inverses, value, readable);
        }
        return new Seen(List.of(readable), free, installed);
    }

    /** One over each head's sum of probabilities, in all lanes, until all its values have been added. */
    private List<Kept> inverses(Probabilities.Denominators denominators) {
        List<Kept> inverses = new ArrayList<>();
        for (List<Kept> sides : denominators.sums()) {
            Kept[] inverse = new Kept[1];
            long ready = sides.stream().mapToLong(Kept::ready).max().orElseThrow();
            scheduler.attempt(ready, at -> {
                Operand sum = sides.getFirst().operand();
                if (sides.size() == 2) {
                    sum = all.binary(BinaryOperation.ADD, sum, sides.get(1).operand(), at, at + alu)
                            .operand();
                }
                long cycle = sides.size() == 2 ? at + alu : at;
                Kept root = all.unary(UnaryOperation.RSQRT, Element.FP32, sum, cycle, cycle + alu);
                long until = cycle + alu + shape.valueCycles(count) + STAY;
                inverse[0] = all.binary(BinaryOperation.MUL, root.operand(), root.operand(), cycle + alu, until);
            });
            inverses.add(inverse[0]);
        }
        return inverses;
    }

    /** Adds a vector of values over all positions; returns the key from which on arrays are free. */
    private long add(int vector, long from, Probabilities.Exponents exponents, List<List<Kept>> outputs) {
        int groups = shape.headGroups();
        int gap = 2 * count + 1;
        long period = groups + gap;
        long[] end = new long[1];
        scheduler.attempt(from, at -> {
            outputs.clear();
            for (int head = 0; head < count; head++) {
                outputs.add(new ArrayList<>());
            }
            for (int pass = 0; pass < passes; pass++) {
                long loads = at + pass * period;
                installed = loads + groups + gap;
                stage.arrays().occupy(loads, groups, 1);
                long rows = pass + 1 < passes ? loads + period + groups : installed - 1 + geometry.installed;
                for (int side = 0; side < 2 && 2 * pass + side < blocks; side++) {
                    load(2 * pass + side, vector, loads, installed - 1);
                }
                for (int head = 0; head < count; head++) {
                    long u = rows + 2L * head;
                    end[0] = u + 2;
                    for (int side = 0; side < 2 && 2 * pass + side < blocks; side++) {
                        Kept output = weighted(2 * pass + side, head, u, exponents);
                        if (output != null) {
                            outputs.get(head).add(output);
                        }
                    }
                }
            }
        });
        return end[0];
    }

    private void load(int block, int vector, long loads, long installed) {
        Plane plane = new Plane(Cache.side(block), 0);
        int groups = shape.headGroups();
        stage.arrays()
                .load(
                        Element.FP16,
                        plane,
                        loads,
                        groups,
                        1,
                        round.heads().getFirst().cache().valueWord(block, vector));
        stage.arrays().install(Element.FP16, plane, installed, groups);
    }

    /** Adds a block's values; the last block of a side gives its sum. */
    private @Nullable Kept weighted(int block, int head, long u, Probabilities.Exponents exponents) {
        Hemisphere side = Cache.side(block);
        Plane plane = new Plane(side, 0);
        exponents.requireReadable(block, head, u);
        int row = scheduler.label();
        all.readOutward(side, Layout.probabilities(block, head), ROW_STREAM, row, u);
        boolean last = block + 2 >= blocks;
        int label = last ? scheduler.label() : 0;
        stage.arrays().multiply(plane, u, ROW_STREAM, row, head, block >= 2, label);
        if (!last) {
            return null;
        }
        long cycle = geometry.taken(geometry.throughArray(u));
        return all.unary(UnaryOperation.COPY, Element.FP32, Constants.sums(plane, label), cycle, cycle + STAY);
    }

    /** (sums of values + current probability * current value) / sum of probabilities, for one vector of each head. */
    private void finish(
            int vector,
            List<List<Kept>> outputs,
            List<Kept> current,
            List<Kept> inverses,
            long value,
            Long[] readable) {
        long ready = value;
        for (int head = 0; head < count; head++) {
            ready = Math.max(
                    ready,
                    Math.max(inverses.get(head).ready(), current.get(head).ready()));
            for (Kept side : outputs.get(head)) {
                ready = Math.max(ready, side.ready());
            }
        }
        scheduler.attempt(ready, at -> {
            for (int head = 0; head < count; head++) {
                long cycle = at + head;
                Hemisphere side = Hemisphere.values()[head];
                Operand fresh = stage.constants().from(side, Layout.value(side, vector), cycle);
                Kept weighted =
                        all.binary(BinaryOperation.MUL, current.get(head).operand(), fresh, cycle, cycle + alu);
                List<Kept> sides = outputs.get(head);
                Operand first = sides.getFirst().operand();
                Kept past = sides.size() == 2
                        ? all.binary(BinaryOperation.ADD, first, sides.get(1).operand(), cycle, cycle + alu)
                        : all.unary(UnaryOperation.COPY, Element.FP32, first, cycle, cycle + alu);
                Kept numerator = all.binary(
                        BinaryOperation.ADD, past.operand(), weighted.operand(), cycle + alu, cycle + 2L * alu);
                Kept seen = all.binary(
                        BinaryOperation.MUL,
                        numerator.operand(),
                        inverses.get(head).operand(),
                        cycle + 2L * alu,
                        cycle + 3L * alu);
                int place = round.heads().get(head).query() * shape.vectors() + vector;
                readable[head * shape.vectors() + vector] = stage.row(seen, seen.ready(), Layout.latentContext(place));
            }
        });
    }
}
