package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand.Constant;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is subtracted from scores before they become powers of two. The vector unit cannot find the largest of a vector's lanes, so the offset is found in
 * steps of {@link #STEP}: for each step c an array of ones counts, in effect, whether any lane reaches it, as the sum of 2^min(0, score - c). The largest step that is
 * reached is at most STEP below the largest score, which keeps probabilities within the range of FP16.
 */
final class SoftmaxOffset extends RoundPart {
    private static final int STEPS = 10;
    private static final float STEP = 16;
    private static final float LOWEST = -80;
    /** Subtracted from scores beside the offset, so that the largest probability is below 2^15. */
    private static final float HEADROOM = 1;

    private static final float NEVER = -1e6f;
    private static final int ROW_STREAM = 0;
    /** Cycles by which another head's offset may be found later, where the vector unit cannot do both at the same time. */
    private static final int OTHER = 100;

    SoftmaxOffset(Stage stage, Shape shape, Round round) {
        super(stage, shape, round);
    }

    /** Makes arrays of ones active on both sides; returns the key from which on rows can come. */
    long ones(long free) {
        int groups = shape.blockGroups();
        return scheduler.attempt(free, u -> {
                    stage.arrays().occupy(u, groups, 1);
                    for (Hemisphere side : Hemisphere.values()) {
                        Plane plane = new Plane(side, 0);
                        stage.arrays().load(Element.FP16, plane, u, groups, 1, Address.of(stage.onesHalf()));
                        stage.arrays().install(Element.FP16, plane, u + groups, groups);
                    }
                })
                + groups
                + geometry.installed;
    }

    /** The offset of each head, in all lanes. Heads are looked at on different sides. */
    List<Kept> place(Scores.Found scores, long ones) {
        List<Kept> offsets = new ArrayList<>();
        for (int head = 0; head < count; head++) {
            List<Kept> sides = scores.largest().get(head);
            Hemisphere side = head == 0 ? Hemisphere.EAST : Hemisphere.WEST;
            long ready = sides.stream().mapToLong(Kept::ready).max().orElseThrow();
            Kept[] offset = new Kept[1];
            scheduler.attempt(ready, at -> {
                Kept lanes = sides.getFirst();
                long from = at;
                if (sides.size() == 2) {
                    lanes = all.binary(
                            BinaryOperation.MAX,
                            sides.get(0).operand(),
                            sides.get(1).operand(),
                            at,
                            at + STEPS * (long) alu + 40);
                    from = lanes.ready();
                }
                offset[0] = offset(lanes, side, from, ones);
            });
            offsets.add(offset[0]);
        }
        return offsets;
    }

    private Kept offset(Kept lanes, Hemisphere side, long from, long ones) {
        Plane plane = new Plane(side, 0);
        Stream out = Geometry.out(side, ROW_STREAM);
        // Five operations before the array, one step every three cycles so that the maximum at the end can feed itself.
        long cycle = Math.max(from, geometry.completedFor(ones) - 5L * alu);
        Kept offset = null;
        for (int step = 0; step < STEPS; step++) {
            float least = LOWEST + STEP * step;
            long t = cycle + (long) alu * step;
            Kept below = all.binary(BinaryOperation.SUB, Constant.of(least), lanes.operand(), t, t + alu);
            Kept lack = all.unary(UnaryOperation.RELU, Element.FP32, below.operand(), t + alu, t + 2L * alu);
            Kept power = all.unary(UnaryOperation.NEGATE, Element.FP32, lack.operand(), t + 2L * alu, t + 3L * alu);
            Kept share = all.unary(UnaryOperation.EXP2, Element.FP32, power.operand(), t + 3L * alu, t + 4L * alu);
            Kept row = all.narrow(share.operand(), t + 4L * alu, t + 4L * alu, out);
            long u = geometry.outwardAt(row.ready());
            int sum = scheduler.label();
            stage.arrays().multiply(plane, u, ROW_STREAM, row.label(), 0, false, sum);
            offset = reached(plane, sum, geometry.taken(geometry.throughArray(u)), least, offset, step);
        }
        return Objects.requireNonNull(offset);
    }

    /** The larger of the offset so far and a step, if that is reached. */
    private Kept reached(Plane plane, int sum, long cycle, float least, @Nullable Kept before, int step) {
        Kept lack = all.binary(BinaryOperation.SUB, Constant.of(1), Constants.sums(plane, sum), cycle, cycle + alu);
        Kept missing = all.unary(UnaryOperation.RELU, Element.FP32, lack.operand(), cycle + alu, cycle + 2L * alu);
        Kept penalty = all.binary(
                BinaryOperation.MUL, missing.operand(), Constant.of(NEVER), cycle + 2L * alu, cycle + 3L * alu);
        Kept candidate = all.binary(
                BinaryOperation.ADD,
                penalty.operand(),
                Constant.of(least + HEADROOM),
                cycle + 3L * alu,
                cycle + 4L * alu);
        long last = cycle + 4L * alu;
        if (before == null) {
            long until = last + (STEPS + 1L) * alu + 4L * passes * count + 60 + (count - 1) * (long) OTHER;
            return all.reserve(
                    true,
                    last,
                    until,
                    to -> new VectorInstruction.Unary(UnaryOperation.COPY, Element.FP32, candidate.operand(), to));
        }
        return all.again(
                before,
                last,
                to -> new VectorInstruction.Binary(
                        BinaryOperation.MAX, Element.FP32, before.operand(), candidate.operand(), to));
    }
}
