package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.Routing;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Operand.Constant;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which experts a token uses, chosen by every chip for itself in a time that does not depend on the choice. The router's outputs lie in the lanes twice, one after the other,
 * so that shifts by 1, 2, 3, … compare each with all others: the sum of signs of the differences is its rank. For each place, a row is one in the lane of the expert that has
 * it; an array of the lanes' numbers gives where that expert's weights lie, in all lanes, and an array of ones its output. Two equal outputs would share a rank. Where others of the
 * experts are on other chips, theirs count as the first one's weights with a share of zero.
 */
final class Choice {
    private static final int ROW_STREAM = 0;
    private static final int UP_STREAM = 16;
    private static final int DOWN_STREAM = 20;
    private static final int SET_STREAM = 24;
    private static final int POWER_STREAM = 20;
    private static final int OWNED_STREAM = 24;

    /** Cycles from one place to the next: the vector unit has not enough operations for more. */
    private static final int APART = 6;
    /** Cycles from sharp outputs to the last that comes back at most, beside those of comparing. */
    private static final int LONGEST_WAY = 120;

    /** Cycles for which the largest output stays behind all places. */
    private static final int SUM = 24;

    /** Cycles from ranks to sets of lanes at most. */
    private static final int WAY = 280;

    private static final float LOG2_E = 1.442695f;

    private final Stage stage;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Group all;
    private final int alu;
    private final Experts layout;
    private final RoutingShape shape;
    private final Routing routing;
    private final int experts;
    private final int used;

    Choice(Stage stage, Experts layout, RoutingShape shape, int used) {
        this.stage = stage;
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        this.all = scheduler.all();
        this.alu = geometry.alu;
        this.layout = layout;
        this.shape = shape;
        this.routing = shape.routing();
        this.experts = shape.all();
        this.used = used;
    }

    /**
     * The chosen experts: where their weights begin, their sets of lanes, and each one's share of the result lie in memory.
     *
     * @param offsets cycle from which on offsets can be read
     * @param shares cycle from which on shares and sets can be read
     */
    record Chosen(long offsets, long shares) {}

    /**
     * @param outputs of the router, in lanes from 0, and again from the number of experts on if there is room
     */
    Chosen place(Kept outputs, long free) {
        ExpertScores.Scored scores = new ExpertScores(stage, shape).place(outputs, free);
        Kept values = scores.values();
        long rows = tables(scores.free());
        long[] offsets = new long[1];
        long[] shares = new long[1];
        long ready = Math.max(values.ready(), scores.ranked().ready());
        scheduler.attempt(Math.max(ready, geometry.completedFor(rows)), at -> {
            offsets[0] = 0;
            Kept ranks = shape.once(geometry.machine().lanes())
                    ? ranksFromBanks(scores.ranked(), at)
                    : ranks(scores.ranked(), at);
            Kept sets = laneSets(ranks.ready());
            List<Kept> chosen = new ArrayList<>();
            for (int place = 0; place < used; place++) {
                long cycle = ranks.ready() + (long) APART * place;
                Kept one = oneOfRank(ranks, place, cycle);
                offsets[0] = Math.max(offsets[0], offsets(one, sets, place));
                chosen.add(output(one, values, place));
            }
            shares[0] = Math.max(offsets[0], shares(chosen, values));
        });
        return new Chosen(offsets[0], shares[0]);
    }

    /** Loads the lanes' numbers in the east and ones in the west; returns the key from which on rows can come. */
    private long tables(long free) {
        int groups = geometry.machine().lanes() / 16;
        long start = scheduler.attempt(free, u -> {
            stage.arrays().occupy(u, groups, 1);
            for (Hemisphere side : Hemisphere.values()) {
                Plane plane = new Plane(side, 0);
                Address word = Address.of(side == Hemisphere.EAST ? stage.laneNumbers(shape) : stage.expertOnes());
                stage.arrays().load(Element.FP16, plane, u, groups, 1, word);
                stage.arrays().install(Element.FP16, plane, u + groups, groups);
            }
        });
        return start + groups + geometry.installed;
    }

    /** Twice the rank less the number of others, for each expert. Sums feed themselves, so that as many are needed as cycles of an operation on both sides. */
    private Kept ranks(Kept outputs, long at) {
        int others = experts - 1;
        List<Kept> sums = new ArrayList<>(java.util.Collections.nCopies(Math.min(others, 2 * alu), null));
        Kept sharp = all.binary(
                BinaryOperation.MUL,
                outputs.operand(),
                Constant.of(ExpertScores.SHARP),
                at,
                at + 2L * others + LONGEST_WAY);
        long readable = Shifted.write(scheduler, sharp, sharp.ready(), Layout::routed);
        Shifted shifted = new Shifted(scheduler, Layout::routed, readable, 1);
        long last = shifted.taken(others - 1) + 3L * alu;
        for (int copy = 0; copy < others; copy++) {
            long cycle = shifted.taken(copy);
            compare(sharp, shifted.by(copy + 1, copy), cycle, copy, sums, last);
        }
        return total(sums, last);
    }

    /**
     * The same where outputs lie in the lanes once. Banks hold them moved down by as many lanes as are free behind them, and continued there from the first on; shifts
     * within those lanes find all neighbours.
     */
    private Kept ranksFromBanks(Kept outputs, long at) {
        int others = experts - 1;
        int room = geometry.machine().lanes() - experts;
        int banks = Math.ceilDiv(others, room);
        Kept sharp = all.binary(
                BinaryOperation.MUL,
                outputs.operand(),
                Constant.of(ExpertScores.SHARP),
                at,
                at + others + 3L * LONGEST_WAY);
        long readable = Shifted.write(scheduler, sharp, sharp.ready(), Layout::routed);
        Shifted moved = new Shifted(scheduler, Layout::routed, readable, 1);
        long filled = 0;
        for (int bank = 0; bank < banks; bank++) {
            int own = bank;
            long cycle = moved.taken(2 * bank);
            Operand down = moved.by(room * bank, 2 * bank);
            Operand round = moved.by(room * bank - experts, 2 * bank + 1);
            Kept both = all.binary(BinaryOperation.ADD, down, round, cycle, cycle + alu);
            filled = Shifted.write(scheduler, both, both.ready(), side -> Layout.routedBank(side, own));
        }
        List<Kept> sums = new ArrayList<>(java.util.Collections.nCopies(Math.min(others, 2 * alu), null));
        Shifted shifted = new Shifted(scheduler, Layout::routed, filled, 1);
        long last = shifted.taken(others - 1) + 3L * alu;
        for (int copy = 0; copy < others; copy++) {
            int bank = copy / room;
            Operand other = shifted.by(side -> Layout.routedBank(side, bank), copy % room + 1, copy);
            compare(sharp, other, shifted.taken(copy), copy, sums, last);
        }
        return total(sums, last);
    }

    /** Adds the sign of a difference to one of the sums. */
    private void compare(Kept own, Operand other, long cycle, int copy, List<Kept> sums, long last) {
        Kept more = all.binary(BinaryOperation.SUB, other, own.operand(), cycle, cycle + alu);
        Kept sign = all.unary(UnaryOperation.TANH, Element.FP32, more.operand(), cycle + alu, cycle + 2L * alu);
        int chain = copy % sums.size();
        sums.set(chain, ExpertScores.add(all, sums.get(chain), sign, cycle + 2L * alu, last));
    }

    /** The sum of all, by pairs; it stays until all places have been found. */
    private Kept total(List<Kept> sums, long from) {
        return ExpertScores.total(all, alu, sums, from, (long) APART * used);
    }

    /** One in the lane of the expert that has a place, zero in the others. */
    private Kept oneOfRank(Kept ranks, int place, long cycle) {
        float wanted = 2f * place - (experts - 1);
        Kept near = near(ranks, Constant.of(wanted), cycle);
        return all.unary(UnaryOperation.RELU, Element.FP32, near.operand(), near.ready(), near.ready() + alu);
    }

    /** One less the square of a difference. */
    private Kept near(Kept value, Operand other, long cycle) {
        Kept away = all.binary(BinaryOperation.SUB, value.operand(), other, cycle, cycle + alu);
        Kept square = all.binary(BinaryOperation.MUL, away.operand(), away.operand(), cycle + alu, cycle + 2L * alu);
        return all.binary(BinaryOperation.SUB, Constant.of(1), square.operand(), cycle + 2L * alu, cycle + 3L * alu);
    }

    /** For each lane its set, until all places have seen it. */
    private Kept laneSets(long cycle) {
        Operand sets = stage.constants().from(Hemisphere.EAST, Layout.laneSets(), cycle);
        return all.unary(UnaryOperation.COPY, Element.FP32, sets, cycle, cycle + WAY + (long) APART * used);
    }

    /**
     * Where the expert of a place lies: its number times words, and that of its family; returns the cycle from which on that can be read. Places follow one another
     * every six cycles, so what each writes comes in cycles that differ modulo six.
     */
    private long offsets(Kept one, Kept sets, int place) {
        int packed = layout.packed();
        Kept number = sum(one, one.ready(), Hemisphere.EAST, Constant.of(1), shape.shared() ? 2L * alu : 1);
        if (shape.shared()) {
            number = own(number, place);
        }
        long cycle = number.ready();
        Kept up = all.binary(BinaryOperation.MUL, number.operand(), Constant.of(layout.upStride()), cycle, cycle + alu);
        long there = offset(up, Layout.gateUpOffset(place), UP_STREAM);
        Kept family = number;
        if (packed > 1) {
            // Rounding to the next integer drops the rest of the division: the middle of a family is its whole number.
            Kept middle = all.binary(
                    BinaryOperation.SUB, number.operand(), Constant.of((packed - 1) / 2f), cycle, cycle + alu);
            Kept share = all.binary(
                    BinaryOperation.MUL, middle.operand(), Constant.of(1f / packed), cycle + alu, cycle + 2L * alu);
            Kept whole = all.convert(Element.FP32, Element.INT32, share.operand(), cycle + 2L * alu, cycle + 3L * alu);
            family = all.convert(Element.INT32, Element.FP32, whole.operand(), cycle + 3L * alu, cycle + 5L * alu);
            there = Math.max(there, set(copy(number, cycle + 6L * alu), family, sets, place));
        }
        long second = family.ready() + 1;
        Kept down = all.binary(
                BinaryOperation.MUL, family.operand(), Constant.of(layout.downStride()), second, second + alu);
        return Math.max(there, offset(down, Layout.downOffset(place), DOWN_STREAM));
    }

    /** The number of an expert on this chip, from one more than that or zero for others; notes which it is. */
    private Kept own(Kept raw, int place) {
        long cycle = raw.ready();
        Kept less = all.binary(BinaryOperation.SUB, raw.operand(), Constant.of(1), cycle, cycle + alu);
        Kept number = all.unary(UnaryOperation.RELU, Element.FP32, less.operand(), cycle + alu, cycle + 2L * alu + 1);
        long owned = number.ready();
        Stream out = Geometry.out(Hemisphere.WEST, OWNED_STREAM);
        Kept one = all.binary(BinaryOperation.SUB, raw.operand(), number.operand(), owned, owned, out);
        all.writeOutward(
                Hemisphere.WEST, Layout.owned(place), OWNED_STREAM, one.label(), geometry.outwardAt(one.ready()));
        return number;
    }

    private Kept copy(Kept value, long until) {
        return all.unary(UnaryOperation.COPY, Element.FP32, value.operand(), value.ready(), until);
    }

    private long offset(Kept words, Place place, int stream) {
        long cycle = words.ready();
        Stream out = Geometry.out(Hemisphere.EAST, stream);
        return written(all.convert(Element.FP32, Element.INT32, words.operand(), cycle, cycle, out), place, stream);
    }

    /** Writes the lanes of the set of an expert: 1 - (set - that of the lane)^2 where that is positive. */
    private long set(Kept number, Kept family, Kept sets, int place) {
        long cycle = family.ready() + 2;
        Kept before =
                all.binary(BinaryOperation.MUL, family.operand(), Constant.of(layout.packed()), cycle, cycle + alu);
        Kept set = all.binary(BinaryOperation.SUB, number.operand(), before.operand(), cycle + alu, cycle + 2L * alu);
        Kept near = near(set, sets.operand(), cycle + 2L * alu);
        Stream out = Geometry.out(Hemisphere.EAST, SET_STREAM);
        Kept lanes = all.unary(UnaryOperation.RELU, Element.FP32, near.operand(), near.ready(), near.ready(), out);
        return written(lanes, Layout.chosenSet(place), SET_STREAM);
    }

    /** Writes what flows outward from an operation into the east's memory; returns the cycle from which on it can be read. */
    private long written(Kept value, Place place, int stream) {
        long u = geometry.outwardAt(value.ready());
        all.writeOutward(Hemisphere.EAST, place, stream, value.label(), u);
        return geometry.taken(u + 2L * geometry.switches);
    }

    private Kept output(Kept one, Kept values, int place) {
        Operand value = sigmoid()
                ? stage.constants().from(Hemisphere.WEST, Layout.expertScores(Hemisphere.WEST), one.ready())
                : values.operand();
        Kept own = all.binary(BinaryOperation.MUL, one.operand(), value, one.ready(), one.ready() + alu);
        if (sigmoid()) {
            return sum(own, own.ready(), Hemisphere.WEST, Constant.of(1), 0);
        }
        // The first one is the largest: all others are compared with it.
        return sum(own, own.ready(), Hemisphere.WEST, Constant.of(LOG2_E), place == 0 ? (long) APART * used + SUM : 0);
    }

    private boolean sigmoid() {
        return routing.scores() == Routing.Scores.SIGMOID;
    }

    /** Sends a row of FP16 through an array, and multiplies the sums, which stay for so long. */
    private Kept sum(Kept row, long cycle, Hemisphere side, Operand factor, long stays) {
        Stream out = Geometry.out(side, ROW_STREAM);
        Kept narrow = all.narrow(row.operand(), cycle, cycle, out);
        long u = geometry.outwardAt(narrow.ready());
        scheduler.alone(out, u);
        int label = scheduler.label();
        Plane plane = new Plane(side, 0);
        stage.arrays().multiply(plane, u, ROW_STREAM, narrow.label(), 0, false, label);
        long taken = geometry.taken(geometry.throughArray(u));
        return all.binary(BinaryOperation.MUL, Constants.sums(plane, label), factor, taken, taken + alu + stays);
    }

    /** Each chosen expert's share; returns the cycle from which on shares can be read. */
    private long shares(List<Kept> chosen, Kept values) {
        long last = chosen.getLast().ready() + 4L * alu;
        Kept sum = null;
        long readable = 0;
        for (int place = 0; place < used; place++) {
            Kept power = power(chosen.get(place), chosen.getFirst());
            long u = geometry.outwardAt(power.ready());
            all.writeOutward(Hemisphere.WEST, Layout.power(place), POWER_STREAM, power.label(), u);
            readable = geometry.taken(u + 2L * geometry.switches);
            if (routing.normalized()) {
                sum = ExpertScores.add(all, sum, power, power.ready(), last);
            }
        }
        Kept inverse = inverse(sum, chosen.getFirst(), values, last, readable);
        long from = Math.max(inverse.ready(), readable);
        long written = 0;
        for (int place = 0; place < used; place++) {
            long cycle = from + (long) APART * place;
            Operand power = stage.constants().from(Hemisphere.WEST, Layout.power(place), cycle);
            Kept share = all.binary(BinaryOperation.MUL, power, inverse.operand(), cycle, cycle + alu);
            if (shape.shared()) {
                Operand owned = stage.constants().from(Hemisphere.WEST, Layout.owned(place), share.ready());
                share = all.binary(BinaryOperation.MUL, share.operand(), owned, share.ready(), share.ready() + alu);
            }
            written = stage.share(share, place);
        }
        return written;
    }

    /** What an expert weighs before that is normalized: its score, or the power of two of what its output lacks to the largest. */
    private Kept power(Kept output, Kept largest) {
        long cycle = output.ready();
        Stream out = Geometry.out(Hemisphere.WEST, POWER_STREAM);
        if (sigmoid()) {
            return all.unary(UnaryOperation.COPY, Element.FP32, output.operand(), cycle, cycle + alu, out);
        }
        Kept lack = all.binary(BinaryOperation.SUB, output.operand(), largest.operand(), cycle, cycle + alu);
        return all.unary(UnaryOperation.EXP2, Element.FP32, lack.operand(), cycle + alu, cycle + 2L * alu, out);
    }

    /**
     * What weights are multiplied with, until all shares have been found.
     *
     * @param chosen sum of the weights of the chosen ones, if these are normalized
     * @param last cycle in which that is complete
     * @param readable cycle from which on weights can be read
     */
    private Kept inverse(@Nullable Kept chosen, Kept largest, Kept values, long last, long readable) {
        Kept whole = chosen;
        if (whole == null) {
            if (sigmoid()) {
                long until = Math.max(last + alu, readable) + (long) APART * used;
                return all.unary(UnaryOperation.COPY, Element.FP32, Constant.of((float) routing.factor()), last, until);
            }
            whole = sumOfAll(values, largest, last);
        }
        Kept root = all.unary(UnaryOperation.RSQRT, Element.FP32, whole.operand(), whole.ready(), whole.ready() + alu);
        long squared = root.ready() + alu;
        Kept inverse = all.binary(BinaryOperation.MUL, root.operand(), root.operand(), root.ready(), squared);
        long until = Math.max(squared + alu, readable) + (long) APART * used;
        return all.binary(
                BinaryOperation.MUL, inverse.operand(), Constant.of((float) routing.factor()), squared, until);
    }

    /** The sum of the powers of all experts, in all lanes. */
    private Kept sumOfAll(Kept values, Kept largest, long cycle) {
        Kept logarithm = all.binary(BinaryOperation.MUL, values.operand(), Constant.of(LOG2_E), cycle, cycle + alu);
        Kept lack =
                all.binary(BinaryOperation.SUB, logarithm.operand(), largest.operand(), cycle + alu, cycle + 2L * alu);
        Kept powers = all.unary(UnaryOperation.EXP2, Element.FP32, lack.operand(), cycle + 2L * alu, cycle + 3L * alu);
        return sum(powers, powers.ready(), Hemisphere.WEST, Constant.of(1), 0);
    }
}
