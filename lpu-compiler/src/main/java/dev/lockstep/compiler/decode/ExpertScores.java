package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.Routing;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Operand.Constant;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scores of experts from the router's outputs, and by what experts are ranked: scores with something added, and far less in groups that are left out. A group counts for the
 * sum of its best ones: shifts compare each expert with the others of its group, an array of ones adds those that few exceed, and shifts by whole groups tell how many groups
 * have more.
 */
final class ExpertScores {
    /** Differences are so much enlarged that the hyperbolic tangent is their sign. */
    static final float SHARP = 1e7f;
    /** Taken from what is in a group that is left out. */
    private static final float LEFT_OUT = 1000;

    private static final int ROW_STREAM = 0;
    /** Cycles for which scores stay: until something has been added, until experts are ranked, and until groups have been left out before that. */
    private static final int SHORT = 40;

    private static final int UNGROUPED = 250;
    private static final int GROUPED = 800;
    /** Cycles from a comparison's first copy to its result at most, beside one for each copy. */
    private static final int LONGEST_WAY = 150;

    private final Stage stage;
    private final RoutingShape shape;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Group all;
    private final int alu;
    private final int halves;
    private final int bias;

    ExpertScores(Stage stage, RoutingShape shape) {
        this.stage = stage;
        this.shape = shape;
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        this.all = scheduler.all();
        this.alu = geometry.alu;
        Routing routing = shape.routing();
        this.halves = stage.layout().constant();
        this.bias = routing.biased() ? stage.layout().constant() : -1;
        stage.layout().contents().scoring(halves, bias);
    }

    /**
     * Scores.
     *
     * @param values what experts weigh, before that is normalized: for sigmoids in memory as well, and here for a while only
     * @param ranked what they are ranked by
     * @param free key from which on arrays are free
     */
    record Scored(Kept values, Kept ranked, long free) {}

    /**
     * @param outputs of the router
     * @param free key from which on arrays are free
     */
    Scored place(Kept outputs, long free) {
        boolean sigmoid = shape.routing().scores() == Routing.Scores.SIGMOID;
        Kept values = sigmoid ? sigmoid(outputs) : outputs;
        long rankedUntil = values.ready() + (shape.routing().grouped() ? GROUPED : UNGROUPED);
        Kept ranked = bias < 0 ? values : biased(values, rankedUntil);
        if (!shape.routing().grouped()) {
            return new Scored(values, ranked, free);
        }
        Kept best = best(ranked);
        Sum sum = groupSums(best, free);
        Kept remaining = withoutGroups(sum.value(), ranked);
        return new Scored(values, remaining, sum.free());
    }

    /** tanh(x / 2) / 2 + 1/2 in the lanes of outputs, zero behind them; goes into memory, too. */
    private Kept sigmoid(Kept outputs) {
        Kept[] found = new Kept[1];
        scheduler.attempt(outputs.ready(), at -> {
            Kept half = all.binary(BinaryOperation.MUL, outputs.operand(), Constant.of(0.5f), at, at + alu);
            Kept tanh = all.unary(UnaryOperation.TANH, Element.FP32, half.operand(), at + alu, at + 2L * alu);
            Operand one = stage.constants().at(Hemisphere.EAST, halves, at + 2L * alu);
            Kept scaled = all.binary(BinaryOperation.MUL, tanh.operand(), one, at + 2L * alu, at + 3L * alu);
            Operand other = stage.constants().at(Hemisphere.EAST, halves, at + 3L * alu);
            long until = at + 4L * alu + (bias < 0 ? UNGROUPED : SHORT);
            found[0] = all.binary(BinaryOperation.ADD, scaled.operand(), other, at + 3L * alu, until);
            Shifted.write(scheduler, found[0], found[0].ready(), Layout::expertScores);
        });
        return found[0];
    }

    private Kept biased(Kept values, long until) {
        Kept[] found = new Kept[1];
        scheduler.attempt(values.ready(), at -> {
            Operand added = stage.constants().at(Hemisphere.EAST, bias, at);
            found[0] = all.binary(BinaryOperation.ADD, values.operand(), added, at, until);
        });
        return found[0];
    }

    /** Values of experts that few others of their group exceed, zero for the others. */
    private Kept best(Kept values) {
        int size = shape.groupSize();
        List<Integer> lanes = new ArrayList<>();
        for (int lane = 1; lane < size; lane++) {
            lanes.addAll(List.of(lane, -lane));
        }
        // Twice the number of those that exceed it, less all others.
        Exceeded ranks = exceeded(values, lanes, size);
        Kept[] found = new Kept[1];
        scheduler.attempt(ranks.value().ready(), at -> {
            Kept few = few(ranks.value(), size - 1, shape.routing().tops(), at);
            found[0] = all.binary(
                    BinaryOperation.MUL, few.operand(), values.operand(), few.ready(), few.ready() + 4L * alu);
        });
        return found[0];
    }

    /** One where fewer than {@code most} of so many others are larger, zero elsewhere. */
    private Kept few(Kept balance, int others, int most, long at) {
        float shift = others - 2f * (most - 1);
        Kept more = all.binary(BinaryOperation.ADD, balance.operand(), Constant.of(shift), at, at + alu);
        Kept positive = all.unary(UnaryOperation.RELU, Element.FP32, more.operand(), at + alu, at + 2L * alu);
        Kept rest = all.binary(BinaryOperation.SUB, Constant.of(1), positive.operand(), at + 2L * alu, at + 3L * alu);
        return all.unary(UnaryOperation.RELU, Element.FP32, rest.operand(), at + 3L * alu, at + 4L * alu);
    }

    private record Exceeded(Kept value) {}

    /** For each expert, the number of its neighbours that are larger less the number of those that are smaller. */
    private Exceeded exceeded(Kept values, List<Integer> lanes, int group) {
        Kept[] found = new Kept[1];
        scheduler.attempt(values.ready(), at -> {
            Kept sharp = all.binary(
                    BinaryOperation.MUL, values.operand(), Constant.of(SHARP), at, at + lanes.size() + LONGEST_WAY);
            long readable = Shifted.write(scheduler, sharp, sharp.ready(), Layout::routed);
            Shifted shifted = new Shifted(scheduler, Layout::routed, readable, 1);
            // Copies of one side only, one a cycle: each takes four operations, and what the other side's memory holds.
            Hemisphere other = Hemisphere.values()[1];
            List<Kept> sums = new ArrayList<>(Collections.nCopies(Math.min(lanes.size(), alu), null));
            long last = shifted.taken(2 * (lanes.size() - 1)) + 4L * alu;
            for (int i = 0; i < lanes.size(); i++) {
                int copy = 2 * i;
                long cycle = shifted.taken(copy);
                Operand neighbour = shifted.by(lanes.get(i), copy);
                Kept more = all.binary(BinaryOperation.SUB, neighbour, sharp.operand(), cycle, cycle + alu);
                Kept sign = all.unary(UnaryOperation.TANH, Element.FP32, more.operand(), cycle + alu, cycle + 2L * alu);
                int word = stage.neighbours(lanes.get(i), group == shape.all() ? 0 : group);
                Operand neighbours = stage.constants().at(other, word, cycle + 2L * alu);
                Kept own =
                        all.binary(BinaryOperation.MUL, sign.operand(), neighbours, cycle + 2L * alu, cycle + 3L * alu);
                int chain = i % sums.size();
                sums.set(chain, add(all, sums.get(chain), own, cycle + 3L * alu, last));
            }
            found[0] = total(all, alu, sums, last, 2L * alu);
        });
        return new Exceeded(found[0]);
    }

    /** Adds to a chain that feeds itself. */
    static Kept add(Group all, @Nullable Kept sum, Kept value, long cycle, long last) {
        return sum == null
                ? all.reserve(
                        false,
                        cycle,
                        last,
                        to -> new VectorInstruction.Unary(UnaryOperation.COPY, Element.FP32, value.operand(), to))
                : all.again(
                        sum,
                        cycle,
                        to -> new VectorInstruction.Binary(
                                BinaryOperation.ADD, Element.FP32, sum.operand(), value.operand(), to));
    }

    /** The sum of all, by pairs; it stays for so many cycles. */
    static Kept total(Group all, int alu, List<Kept> sums, long from, long stays) {
        List<Kept> level = sums;
        long cycle = from;
        while (level.size() > 1) {
            List<Kept> next = new ArrayList<>();
            long until = cycle + alu + (level.size() == 2 ? stays : 0);
            for (int i = 0; i < level.size(); i += 2) {
                Operand one = level.get(i).operand();
                next.add(
                        i + 1 < level.size()
                                ? all.binary(
                                        BinaryOperation.ADD,
                                        one,
                                        level.get(i + 1).operand(),
                                        cycle,
                                        until)
                                : all.unary(UnaryOperation.COPY, Element.FP32, one, cycle, until));
            }
            level = next;
            cycle += alu;
        }
        return level.getFirst();
    }

    private record Sum(Kept value, long free) {}

    /** Sums over groups, in the lanes of their experts. What FP16 cannot hold goes through the array as a second row. */
    private Sum groupSums(Kept best, long free) {
        int groups = geometry.machine().lanes() / 16;
        Plane plane = new Plane(Hemisphere.EAST, 0);
        long start = scheduler.attempt(free, u -> {
            stage.arrays().occupy(u, groups, 1);
            stage.arrays().load(Element.FP16, plane, u, groups, 1, Address.of(stage.groupOnes()));
            stage.arrays().install(Element.FP16, plane, u + groups, groups);
        });
        long rows = start + groups + geometry.installed;
        Kept[] found = new Kept[1];
        long[] end = new long[1];
        scheduler.attempt(Math.max(best.ready(), geometry.completedFor(rows)), at -> {
            Kept high = all.narrow(best.operand(), at, at + alu, Geometry.out(Hemisphere.EAST, ROW_STREAM));
            Kept wide = all.widen(high.operand(), at + alu, at + 2L * alu);
            Kept rest = all.binary(BinaryOperation.SUB, best.operand(), wide.operand(), at + 2L * alu, at + 3L * alu);
            Kept low =
                    all.narrow(rest.operand(), at + 3L * alu, at + 3L * alu, Geometry.out(Hemisphere.EAST, ROW_STREAM));
            long first = geometry.outwardAt(high.ready());
            long second = geometry.outwardAt(low.ready());
            int label = scheduler.label();
            stage.arrays().multiply(plane, first, ROW_STREAM, high.label(), 0, false, 0);
            stage.arrays().multiply(plane, second, ROW_STREAM, low.label(), 0, true, label);
            long cycle = geometry.taken(geometry.throughArray(second));
            found[0] =
                    all.unary(UnaryOperation.COPY, Element.FP32, Constants.sums(plane, label), cycle, cycle + 2L * alu);
            end[0] = second + 2;
        });
        return new Sum(found[0], end[0]);
    }

    /** Values, less far in groups than which too many others have more. */
    private Kept withoutGroups(Kept sums, Kept values) {
        int size = shape.groupSize();
        int groups = shape.routing().groups();
        List<Integer> lanes = new ArrayList<>();
        for (int group = 1; group < groups; group++) {
            lanes.addAll(List.of(size * group, -size * group));
        }
        Exceeded ranks = exceeded(sums, lanes, shape.all());
        Kept[] found = new Kept[1];
        scheduler.attempt(ranks.value().ready(), at -> {
            Kept few = few(ranks.value(), groups - 1, shape.routing().groupsUsed(), at);
            long cycle = few.ready();
            Kept kept = all.binary(BinaryOperation.MUL, few.operand(), Constant.of(LEFT_OUT), cycle, cycle + alu);
            Kept less = all.binary(
                    BinaryOperation.SUB, kept.operand(), Constant.of(LEFT_OUT), cycle + alu, cycle + 2L * alu);
            Operand lanesOfExperts = stage.constants().at(Hemisphere.EAST, halves, cycle + 2L * alu);
            Kept inLanes =
                    all.binary(BinaryOperation.MUL, less.operand(), lanesOfExperts, cycle + 2L * alu, cycle + 3L * alu);
            found[0] = all.binary(
                    BinaryOperation.ADD, values.operand(), inLanes.operand(), cycle + 3L * alu, cycle + UNGROUPED);
        });
        return found[0];
    }
}
