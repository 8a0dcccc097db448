package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A round of heads that look at all positions: scores, softmax, values. */
final class Heads {
    /** Operations that begin before the values are complete: the sum of both sides, and from there to the factor. */
    private static final long INVERSION = 4;

    private static final int ROW_STREAM = 0;

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

    Heads(Stage stage, Shape shape, Round round) {
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
     * @param available key from which on queries can be read and the arrays are free
     * @param loadable key from which on keys can be loaded
     * @param value cycle from which on the current value is in memory
     */
    AttentionHalf.Attended place(long available, long loadable, long value) {
        Scores.Found scores = new Scores(stage, shape, round).place(available, loadable);
        SoftmaxOffset softmax = new SoftmaxOffset(stage, shape, round);
        long ones = softmax.ones(scores.free());
        List<Kept> offsets = softmax.place(scores, ones);
        Probabilities probabilities = new Probabilities(stage, shape, round);
        Probabilities.Exponents exponents = probabilities.exponents(offsets);
        Probabilities.Denominators sums = probabilities.denominators(exponents, Math.max(ones, exponents.free()));
        return values(exponents, sums, value);
    }

    private AttentionHalf.Attended values(
            Probabilities.Exponents exponents, Probabilities.Denominators denominators, long valueReady) {
        int groups = 2 * shape.headGroups();
        int gap = 2 * count + 1;
        long period = groups + gap;
        List<List<Kept>> outputs = new ArrayList<>();
        long[] end = new long[1];
        long[] loadable = new long[1];
        // The first block is loaded while probabilities are computed.
        long start = Math.max(0, denominators.free() - groups);
        scheduler.attempt(start, at -> {
            outputs.clear();
            for (int head = 0; head < count; head++) {
                outputs.add(new ArrayList<>());
            }
            for (int pass = 0; pass < passes; pass++) {
                long loads = at + pass * period;
                long installed = loads + groups + gap - 1;
                loadable[0] = installed + 1;
                stage.arrays().occupy(loads, groups, 1);
                long rows = pass + 1 < passes ? loads + period + groups : installed + geometry.installed;
                for (int side = 0; side < 2 && 2 * pass + side < blocks; side++) {
                    load(2 * pass + side, loads, installed);
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
        return new AttentionHalf.Attended(finish(outputs, denominators, valueReady), end[0], loadable[0]);
    }

    /** Values of both heads, so that the second one finds its elements in the lanes behind the first's. */
    private void load(int block, long loads, long installed) {
        Plane plane = new Plane(Cache.side(block), 0);
        int groups = shape.headGroups();
        Address first = round.heads().getFirst().cache().valueWord(block, 0);
        Address second = round.heads().getLast().cache().valueWord(block, 0);
        if (first.equals(second)) {
            stage.arrays().loadTwice(plane, loads, groups, first);
        } else {
            stage.arrays().loadBoth(plane, loads, groups, first, second);
        }
        stage.arrays().install(Element.FP16, plane, installed, 2 * groups);
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
        return all.unary(UnaryOperation.COPY, Element.FP32, Constants.sums(plane, label), cycle, cycle + 90);
    }

    /** (sums of values + current probability * current value) / sum of probabilities, both heads in one row; returns when it can be read. */
    private long finish(List<List<Kept>> outputs, Probabilities.Denominators denominators, long valueReady) {
        long ready = valueReady;
        for (List<Kept> sides : outputs) {
            for (Kept side : sides) {
                ready = Math.max(ready, side.ready());
            }
        }
        // Sums of probabilities are inverted while values are still added up, which may be done sooner.
        for (List<Kept> sums : denominators.sums()) {
            long operations = sums.size() == 2 ? INVERSION : INVERSION - 1;
            for (Kept sum : sums) {
                ready = Math.max(ready, sum.ready() + operations * alu);
            }
        }
        for (Kept current : denominators.current()) {
            ready = Math.max(ready, current.ready() + 2L * alu);
        }
        long[] available = new long[1];
        scheduler.attempt(ready, at -> {
            Kept both = null;
            for (int head = 0; head < count; head++) {
                Kept one = head(outputs.get(head), denominators, head, at + head);
                both = both == null
                        ? one
                        : all.binary(
                                BinaryOperation.ADD,
                                both.operand(),
                                one.operand(),
                                Math.max(both.ready(), one.ready()),
                                Math.max(both.ready(), one.ready()) + alu);
            }
            Kept row = Objects.requireNonNull(both);
            available[0] = stage.row(row, row.ready(), Layout.attended(round.number()));
        });
        return available[0];
    }

    private Kept head(List<Kept> sides, Probabilities.Denominators denominators, int head, long at) {
        List<Kept> parts = denominators.sums().get(head);
        long early = at - INVERSION * alu;
        Operand sum = parts.getFirst().operand();
        if (parts.size() == 2) {
            Kept added = all.binary(BinaryOperation.ADD, sum, parts.get(1).operand(), early, early + alu);
            sum = added.operand();
        }
        Kept root = all.unary(UnaryOperation.RSQRT, Element.FP32, sum, early + alu, early + 2L * alu);
        Kept inverse =
                all.binary(BinaryOperation.MUL, root.operand(), root.operand(), early + 2L * alu, early + 3L * alu);
        // Lanes of the other head become zero.
        Hemisphere side = head == 0 ? Hemisphere.EAST : Hemisphere.WEST;
        int keyHead = round.heads().get(head).keyHead();
        Kept factor = all.binary(
                BinaryOperation.MUL,
                inverse.operand(),
                stage.constants().from(side, Layout.headLanes(side), early + 3L * alu),
                early + 3L * alu,
                at + 2L * alu);
        Kept fresh = all.binary(
                BinaryOperation.MUL,
                denominators.current().get(head).operand(),
                stage.constants()
                        .from(
                                side,
                                head == 0 ? Layout.value(side, keyHead) : Layout.shiftedValue(side, keyHead),
                                at - 2L * alu),
                at - 2L * alu,
                at + alu);
        Kept past = sides.getFirst();
        if (sides.size() == 2) {
            past = all.binary(
                    BinaryOperation.ADD, sides.get(0).operand(), sides.get(1).operand(), at, at + alu);
        } else {
            past = all.unary(UnaryOperation.COPY, Element.FP32, past.operand(), at, at + alu);
        }
        Kept numerator = all.binary(BinaryOperation.ADD, past.operand(), fresh.operand(), at + alu, at + 2L * alu);
        return all.binary(BinaryOperation.MUL, numerator.operand(), factor.operand(), at + 2L * alu, at + 4L * alu);
    }
}
