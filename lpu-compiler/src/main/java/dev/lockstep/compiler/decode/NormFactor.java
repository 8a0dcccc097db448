package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Operand.Constant;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;

/**
 * One over the root mean square of the residual stream, which every chip computes for itself while the residual is already being multiplied with weights:
 * it is applied to the products. Squares are added lane by lane as blocks arrive; a matrix of ones adds the lanes and spreads the sum over them.
 */
final class NormFactor {
    private static final int STREAM = 28;
    private static final int ROW_STREAM = 6;
    /** Keeps sums of squares within the range of FP16. */
    private static final float SCALE = 1f / 4096;

    private static final float EPSILON = 1e-5f;
    /** From the last block to the last row: widen, square, add; scale, split. */
    private static final int OPERATIONS = 8;
    /** Of a sum of squares: its high part and the rest. */
    private static final int ROWS = 2;

    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Arrays arrays;
    private final int ones;
    private final int width;
    private final int firstRow;

    /**
     * @param ones word of a tile of ones, INT8
     * @param width elements of what is normalized
     * @param firstRow of the rows in which sums of squares wait
     */
    NormFactor(Scheduler scheduler, Arrays arrays, int ones, int width, int firstRow) {
        this.scheduler = scheduler;
        this.geometry = scheduler.geometry();
        this.arrays = arrays;
        this.ones = ones;
        this.width = width;
        this.firstRow = firstRow;
    }

    /** One over the root mean square of so many other elements, whose squares wait elsewhere. */
    NormFactor beside(int elements, int number) {
        return new NormFactor(scheduler, arrays, ones, elements, ROWS * number);
    }

    /** Adds squares as blocks arrive; their sum waits in memory as two rows of FP16. Returns the key from which on they can be read. */
    long squares(List<Arrival> arrivals) {
        int alu = geometry.alu;
        long first = geometry.taken(arrivals.getFirst().inward());
        long[] taken = new long[arrivals.size()];
        scheduler.attempt(0, late -> {
            long cycle = first + late;
            for (int i = 0; i < arrivals.size(); i++) {
                cycle = Math.max(cycle, geometry.taken(arrivals.get(i).inward()) + late);
                taken[i] = cycle;
                cycle += alu;
            }
            place(arrivals, taken);
        });
        return geometry.outwardAt(taken[taken.length - 1] + OPERATIONS * (long) alu) + 2;
    }

    private void place(List<Arrival> arrivals, long[] taken) {
        Group all = scheduler.all();
        int alu = geometry.alu;
        long done = taken[taken.length - 1] + 3L * alu;
        Kept sum = null;
        for (int i = 0; i < taken.length; i++) {
            long cycle = taken[i];
            Kept wide = all.widenEach(each(arrivals.get(i), cycle), cycle, cycle + alu);
            Kept square =
                    all.binary(BinaryOperation.MUL, wide.operand(), wide.operand(), cycle + alu, cycle + 2L * alu);
            Kept before = sum;
            sum = before == null
                    ? all.reserve(
                            false,
                            cycle + 2L * alu,
                            done,
                            to -> new VectorInstruction.Unary(UnaryOperation.COPY, Element.FP32, square.operand(), to))
                    : all.again(
                            before,
                            cycle + 2L * alu,
                            to -> new VectorInstruction.Binary(
                                    BinaryOperation.ADD, Element.FP32, before.operand(), square.operand(), to));
        }
        rows(java.util.Objects.requireNonNull(sum), done);
    }

    /** Adds squares of values that stay, each as soon as it is there; places all from a cycle on. Returns the key from which on their sum can be read. */
    long squares(List<Kept> values, long from) {
        Group all = scheduler.all();
        int alu = geometry.alu;
        long done = from + (values.size() + 1L) * alu;
        Kept sum = null;
        for (int i = 0; i < values.size(); i++) {
            Operand value = values.get(i).operand();
            long cycle = from + (long) alu * i;
            Kept square = all.binary(BinaryOperation.MUL, value, value, cycle, cycle + alu);
            Kept before = sum;
            sum = before == null
                    ? all.reserve(
                            false,
                            cycle + alu,
                            done,
                            to -> new VectorInstruction.Unary(UnaryOperation.COPY, Element.FP32, square.operand(), to))
                    : all.again(
                            before,
                            cycle + alu,
                            to -> new VectorInstruction.Binary(
                                    BinaryOperation.ADD, Element.FP32, before.operand(), square.operand(), to));
        }
        rows(java.util.Objects.requireNonNull(sum), done);
        return geometry.outwardAt(done + 5L * alu) + 2;
    }

    /** Writes a sum as two rows of FP16. */
    private void rows(Kept sum, long done) {
        Group all = scheduler.all();
        int alu = geometry.alu;
        Kept scaled = all.binary(BinaryOperation.MUL, sum.operand(), Constant.of(SCALE), done, done + 3L * alu);
        Kept high = row(scaled, done + alu, 0);
        Kept wide = all.widen(high.operand(), done + 2L * alu, done + 3L * alu);
        Kept rest = all.binary(BinaryOperation.SUB, scaled.operand(), wide.operand(), done + 3L * alu, done + 4L * alu);
        row(rest, done + 4L * alu, 1);
    }

    /** A row of FP16 into the east's memory, next to the array of ones. */
    private Kept row(Kept value, long cycle, int row) {
        Stream out = Geometry.out(Hemisphere.EAST, ROW_STREAM);
        Kept narrow = scheduler.all().narrow(value.operand(), cycle, cycle + geometry.alu, out);
        scheduler
                .all()
                .writeOutward(
                        Hemisphere.EAST,
                        Layout.squares(firstRow + row),
                        ROW_STREAM,
                        narrow.label(),
                        geometry.outwardAt(narrow.ready()));
        return narrow;
    }

    /** Where each chip finds a block first. */
    private List<Operand> each(Arrival arrival, long cycle) {
        List<Operand> operands = new ArrayList<>();
        int label = scheduler.label();
        for (int chip = 0; chip < scheduler.chips(); chip++) {
            Hemisphere side = arrival.side(chip);
            scheduler
                    .chip(chip)
                    .readInward(side, Layout.residual(arrival.block()), STREAM, label, geometry.inwardAt(cycle));
            operands.add(new Operand.OfStream(new Flow(Geometry.in(side, STREAM), label)));
        }
        return operands;
    }

    /**
     * The factor, in all lanes of {@code groups} groups.
     *
     * @param from key from which on the array can be loaded
     * @param until the last cycle in which the factor is used
     */
    Kept factor(long readable, int groups, long from, java.util.function.LongUnaryOperator until) {
        List<Kept> result = new ArrayList<>();
        Plane plane = Plane.ALL.getFirst();
        scheduler.attempt(from, u -> {
            result.clear();
            arrays.occupy(u, groups, 1);
            arrays.load(Element.INT8, plane, u, groups, 1, Address.of(ones));
            arrays.install(Element.INT8, plane, u + groups, groups);
            long row = Math.max(u + groups + geometry.installed, readable);
            int sum = scheduler.label();
            multiply(plane, 0, row, false, 0);
            multiply(plane, 1, row + 2, true, sum);
            long cycle = geometry.taken(geometry.throughArray(row + 2));
            Group all = scheduler.all();
            int alu = geometry.alu;
            Operand lanes = Constants.sums(plane, sum);
            Kept mean = all.binary(BinaryOperation.MUL, lanes, Constant.of(1 / (SCALE * width)), cycle, cycle + alu);
            Kept safe = all.binary(
                    BinaryOperation.ADD, mean.operand(), Constant.of(EPSILON), cycle + alu, cycle + 2L * alu);
            long use = cycle + 3L * alu;
            result.add(all.unary(
                    UnaryOperation.RSQRT, Element.FP32, safe.operand(), cycle + 2L * alu, until.applyAsLong(use)));
        });
        return result.getFirst();
    }

    /**
     * A factor, and when arrays are free again.
     *
     * @param free key
     */
    record Found(Kept factor, long free) {}

    /**
     * The factor of values that are still to be multiplied with another factor, times that factor.
     *
     * @param other that factor
     * @param stays cycles for which the result is used
     */
    Found factor(long readable, int groups, long from, Kept other, long stays) {
        Found[] found = new Found[1];
        Plane plane = Plane.ALL.getFirst();
        scheduler.attempt(from, u -> {
            arrays.occupy(u, groups, 1);
            arrays.load(Element.INT8, plane, u, groups, 1, Address.of(ones));
            arrays.install(Element.INT8, plane, u + groups, groups);
            Group all = scheduler.all();
            int alu = geometry.alu;
            long squared = other.ready() + alu;
            // The sum comes when the square of the other factor is there.
            long row = Math.max(
                    Math.max(u + groups + geometry.installed, readable),
                    squared - geometry.taken(geometry.throughArray(2)));
            int sum = scheduler.label();
            multiply(plane, 0, row, false, 0);
            multiply(plane, 1, row + 2, true, sum);
            long cycle = geometry.taken(geometry.throughArray(row + 2));
            Kept square = all.binary(BinaryOperation.MUL, other.operand(), other.operand(), cycle - alu, cycle + alu);
            Operand lanes = Constants.sums(plane, sum);
            Kept mean = all.binary(BinaryOperation.MUL, lanes, Constant.of(1 / (SCALE * width)), cycle, cycle + alu);
            Kept own = all.binary(BinaryOperation.MUL, mean.operand(), square.operand(), cycle + alu, cycle + 2L * alu);
            Kept safe = all.binary(
                    BinaryOperation.ADD, own.operand(), Constant.of(EPSILON), cycle + 2L * alu, cycle + 3L * alu);
            Kept root =
                    all.unary(UnaryOperation.RSQRT, Element.FP32, safe.operand(), cycle + 3L * alu, cycle + 4L * alu);
            Kept both = all.binary(
                    BinaryOperation.MUL, root.operand(), other.operand(), cycle + 4L * alu, cycle + 5L * alu + stays);
            found[0] = new Found(both, row + 4);
        });
        return found[0];
    }

    private void multiply(Plane plane, int row, long u, boolean add, int result) {
        int label = scheduler.label();
        scheduler.all().readOutward(plane.hemisphere(), Layout.squares(firstRow + row), ROW_STREAM, label, u);
        arrays.multiply(plane, u, ROW_STREAM, label, 1, add, result);
    }
}
