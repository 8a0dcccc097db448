package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;
import java.util.Objects;

/** A round of heads that look at all positions: scores, softmax, values. */
final class Heads extends RoundPart {
    /** Operations that begin before the values are complete: the sum of both sides, and from there to the factor. */
    private static final long INVERSION = 4;

    Heads(Stage stage, Shape shape, Round round) {
        super(stage, shape, round);
    }

    /**
     * @param available key from which on queries can be read and the arrays are free
     * @param loadable key from which on keys can be loaded
     * @param value cycle from which on the current value is in memory
     */
    AttentionHalf.Attended place(long available, long loadable, long value) {
        Softmax softmax = Softmax.place(stage, shape, round, available, loadable);
        Probabilities.Denominators denominators = softmax.denominators();
        int groups = 2 * shape.headGroups();
        // The first block is loaded while probabilities are computed.
        WeightedValues.Added values = new WeightedValues(stage, shape, round, softmax.exponents(), groups)
                .place(Math.max(0, denominators.free() - groups), this::load);
        return new AttentionHalf.Attended(finish(values.sums(), denominators, value), values.free(), values.loadable());
    }

    /** Values of both heads, so that the second one finds its elements in the lanes behind the first's. */
    private void load(Plane plane, int block, long u) {
        int groups = shape.headGroups();
        Address first = round.heads().getFirst().cache().valueWord(block, 0);
        Address second = round.heads().getLast().cache().valueWord(block, 0);
        if (first.equals(second)) {
            stage.arrays().loadTwice(plane, u, groups, first);
        } else {
            stage.arrays().loadBoth(plane, u, groups, first, second);
        }
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
