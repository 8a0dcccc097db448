package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Operand.Constant;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Quantity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which experts a token uses, chosen by every chip for itself in a time that does not depend on the choice. The router's outputs lie in the lanes twice, one after the other,
 * so that shifts by 1, 2, 3, … compare each with all others: the sum of signs of the differences is its rank. For each place, a row is one in the lane of the expert that has
 * it; an array of the lanes' numbers gives where that expert's weights lie, in all lanes, and an array of ones its output. Two equal outputs would share a rank.
 */
final class Choice {
    private static final int STREAM = 12;
    private static final int SHARE_STREAM = 20;
    private static final int ROW_STREAM = 0;
    /** Differences of router outputs are so much enlarged that the hyperbolic tangent is their sign. */
    private static final float SHARP = 1e7f;

    private static final int APART = 3;
    private static final float LOG2_E = 1.442695f;

    private final Stage stage;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Group all;
    private final int alu;
    private final int experts;
    private final int used;

    Choice(Stage stage, int experts, int used) {
        this.stage = stage;
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        this.all = scheduler.all();
        this.alu = geometry.alu;
        this.experts = experts;
        this.used = used;
    }

    /**
     * Where the chosen experts' weights begin, as offsets in all lanes; each one's share of the result lies in memory.
     *
     * @param shares cycle from which on shares can be read
     */
    record Chosen(List<Kept> offsets, long shares) {}

    /**
     * @param outputs of the router, in lanes from 0 and again from the number of experts on
     * @param stride words from one expert's weights to the next one's
     * @param until last cycle in which offsets are used
     */
    Chosen place(Kept outputs, int stride, long free, long until) {
        long rows = tables(free);
        List<Kept> offsets = new ArrayList<>();
        long[] shares = new long[1];
        scheduler.attempt(Math.max(outputs.ready(), geometry.completedFor(rows)), at -> {
            offsets.clear();
            Kept ranks = ranks(outputs, at);
            List<Kept> chosen = new ArrayList<>();
            for (int place = 0; place < used; place++) {
                long cycle = ranks.ready() + (long) APART * place;
                Kept one = oneOfRank(ranks, place, cycle);
                offsets.add(offset(one, stride, until));
                chosen.add(output(one, outputs));
            }
            shares[0] = shares(chosen);
        });
        return new Chosen(List.copyOf(offsets), shares[0]);
    }

    /** Loads the lanes' numbers in the east and ones in the west; returns the key from which on rows can come. */
    private long tables(long free) {
        int groups = geometry.machine().lanes() / 16;
        long start = scheduler.attempt(free, u -> {
            stage.arrays().occupy(u, groups, 1);
            for (Hemisphere side : Hemisphere.values()) {
                Plane plane = new Plane(side, 0);
                Address word = Address.of(side == Hemisphere.EAST ? stage.laneNumbers() : stage.expertOnes());
                stage.arrays().load(Element.FP16, plane, u, groups, 1, word);
                stage.arrays().install(Element.FP16, plane, u + groups, groups);
            }
        });
        return start + groups + geometry.installed;
    }

    /** Twice the rank less the number of others, for each expert. */
    private Kept ranks(Kept outputs, long at) {
        long readable = 0;
        for (Hemisphere side : Hemisphere.values()) {
            Stream out = Geometry.out(side, STREAM);
            Kept copy = all.unary(UnaryOperation.COPY, Element.FP32, outputs.operand(), at, at, out);
            long u = geometry.outwardAt(copy.ready());
            scheduler.through(u);
            all.writeOutward(side, Layout.routed(side), STREAM, copy.label(), u);
            readable = u + 1 + geometry.read;
        }
        int pairs = Math.ceilDiv(experts - 1, 2);
        long way = 2L * geometry.switches + geometry.machine().whole(Quantity.SHIFT_CYCLES);
        long end = geometry.taken(readable + way) + (long) APART * pairs + 6L * alu;
        Kept[] sums = new Kept[2];
        for (int distance = 1; distance < experts; distance++) {
            int side = (distance - 1) % 2;
            long u = readable + (long) APART * ((distance - 1) / 2);
            sums[side] = compare(outputs, distance, Hemisphere.values()[side], u, way, sums[side], end);
        }
        Kept one = java.util.Objects.requireNonNull(sums[0]);
        Kept other = sums[1];
        if (other == null) {
            return one;
        }
        long cycle = Math.max(one.ready(), other.ready());
        long last = cycle + alu + (long) APART * used;
        return all.binary(BinaryOperation.ADD, one.operand(), other.operand(), cycle, last);
    }

    /** Adds the sign of what the expert so many lanes further on has more. */
    private Kept compare(
            Kept outputs, int distance, Hemisphere side, long u, long way, @Nullable Kept before, long end) {
        scheduler.through(u);
        int label = scheduler.label();
        int shifted = scheduler.label();
        all.readOutward(side, Layout.routed(side), STREAM, label, u);
        Flow from = new Flow(Geometry.out(side, STREAM), label);
        Flow to = new Flow(Geometry.in(side, STREAM), shifted);
        all.put(
                new Queue(Queue.Unit.SHIFTER, side, 0),
                u + geometry.switches,
                new SwitchInstruction.Shift(Element.FP32.planes(), from, distance, to));
        long cycle = geometry.taken(u + way);
        Operand other = new Operand.OfStream(to);
        Kept more = all.binary(BinaryOperation.SUB, other, outputs.operand(), cycle, cycle + alu);
        Kept sharp = all.binary(BinaryOperation.MUL, more.operand(), Constant.of(SHARP), cycle + alu, cycle + 2L * alu);
        Kept sign = all.unary(UnaryOperation.TANH, Element.FP32, sharp.operand(), cycle + 2L * alu, cycle + 3L * alu);
        long last = cycle + 3L * alu;
        return before == null
                ? all.reserve(
                        false,
                        last,
                        end,
                        result ->
                                new VectorInstruction.Unary(UnaryOperation.COPY, Element.FP32, sign.operand(), result))
                : all.again(
                        before,
                        last,
                        result -> new VectorInstruction.Binary(
                                BinaryOperation.ADD, Element.FP32, before.operand(), sign.operand(), result));
    }

    /** One in the lane of the expert that has a place, zero in the others. */
    private Kept oneOfRank(Kept ranks, int place, long cycle) {
        float wanted = 2f * place - (experts - 1);
        Kept away = all.binary(BinaryOperation.SUB, ranks.operand(), Constant.of(wanted), cycle, cycle + alu);
        Kept square = all.binary(BinaryOperation.MUL, away.operand(), away.operand(), cycle + alu, cycle + 2L * alu);
        Kept near =
                all.binary(BinaryOperation.SUB, Constant.of(1), square.operand(), cycle + 2L * alu, cycle + 3L * alu);
        return all.unary(UnaryOperation.RELU, Element.FP32, near.operand(), cycle + 3L * alu, cycle + 4L * alu);
    }

    private Kept offset(Kept one, int stride, long until) {
        Kept number = sum(one, one.ready(), Hemisphere.EAST, BinaryOperation.MUL, Constant.of(stride));
        Kept words = all.convert(Element.FP32, Element.INT32, number.operand(), number.ready(), number.ready() + alu);
        return all.unary(UnaryOperation.COPY, Element.INT32, words.operand(), words.ready(), until);
    }

    private Kept output(Kept one, Kept outputs) {
        Kept own = all.binary(BinaryOperation.MUL, one.operand(), outputs.operand(), one.ready(), one.ready() + alu);
        Kept sum = sum(own, own.ready(), Hemisphere.WEST, BinaryOperation.MUL, Constant.of(LOG2_E));
        return all.unary(
                UnaryOperation.COPY, Element.FP32, sum.operand(), sum.ready(), sum.ready() + (long) APART * used + 60);
    }

    /** Sends a row of FP16 through an array, and does something with the sums. */
    private Kept sum(Kept row, long cycle, Hemisphere side, BinaryOperation operation, Operand other) {
        Kept narrow = all.narrow(row.operand(), cycle, cycle, Geometry.out(side, ROW_STREAM));
        long u = geometry.outwardAt(narrow.ready());
        int label = scheduler.label();
        Plane plane = new Plane(side, 0);
        stage.arrays().multiply(plane, u, ROW_STREAM, narrow.label(), 0, false, label);
        long taken = geometry.taken(geometry.throughArray(u));
        return all.binary(operation, Constants.sums(plane, label), other, taken, taken + alu);
    }

    /** Each chosen expert's share, from powers of two of what its output lacks to the largest. */
    private long shares(List<Kept> chosen) {
        Kept largest = chosen.getFirst();
        List<Kept> powers = new ArrayList<>();
        long last = chosen.getLast().ready() + 8L * alu + 2L * alu * used;
        for (Kept output : chosen) {
            long cycle = output.ready();
            Kept lack = all.binary(BinaryOperation.SUB, output.operand(), largest.operand(), cycle, cycle + alu);
            powers.add(all.unary(UnaryOperation.EXP2, Element.FP32, lack.operand(), cycle + alu, last));
        }
        Kept sum = powers.getFirst();
        for (Kept power : powers.subList(1, powers.size())) {
            long cycle = Math.max(sum.ready(), power.ready());
            sum = all.binary(BinaryOperation.ADD, sum.operand(), power.operand(), cycle, cycle + alu);
        }
        Kept root = all.unary(UnaryOperation.RSQRT, Element.FP32, sum.operand(), sum.ready(), sum.ready() + alu);
        Kept inverse = all.binary(BinaryOperation.MUL, root.operand(), root.operand(), root.ready(), last);
        long readable = 0;
        for (int place = 0; place < used; place++) {
            long cycle = inverse.ready() + place;
            Kept share =
                    all.binary(BinaryOperation.MUL, powers.get(place).operand(), inverse.operand(), cycle, cycle + alu);
            Stream out = Geometry.out(Hemisphere.EAST, SHARE_STREAM);
            Kept narrow = all.narrow(share.operand(), cycle + alu, cycle + alu, out);
            long u = geometry.outwardAt(narrow.ready());
            scheduler.through(u);
            all.writeOutward(Hemisphere.EAST, Layout.share(place), SHARE_STREAM, narrow.label(), u);
            readable = geometry.taken(u + 2L * geometry.switches);
        }
        return readable;
    }
}
