package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Quantity;
import java.util.ArrayList;
import java.util.List;

/**
 * The attention of a layer on chips that hold one head of keys each and the queries that look at it: projections and norm factor, rotation, scores, softmax,
 * values, and the output projection, summed over the chips. Two heads are attended to at a time, because an array has two accumulators.
 */
final class AttentionHalf {
    static final int TOGETHER = 2;

    private final Stage stage;
    private final Shape shape;
    private final Scheduler scheduler;
    private final Geometry geometry;

    AttentionHalf(Stage stage, Shape shape) {
        this.stage = stage;
        this.shape = shape;
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
    }

    List<Sums.Sent> place(Residual residual, boolean forward) {
        int heads = shape.queries() + 2;
        Sweep sweep =
                new Sweep(stage.arrays(), scheduler, stage.layout(), passes(heads), stage.residualRows(shape.blocks()));
        List<Sweep.Sums> results = sweep.place(residual.available(), residual.earliest());
        Cache cache = new Cache(stage, shape);
        long horizon = geometry.taken(geometry.throughArray(sweep.end())) + 150;
        Kept factor =
                stage.norm().factor(residual.squares(), shape.headGroups(), sweep.end(), use -> Math.max(use, horizon));
        List<Kept> projected = new ArrayList<>();
        for (int head = 0; head < heads; head++) {
            Plane plane = Plane.ALL.get(head % Plane.ALL.size());
            Sweep.Sums sums = results.get(head / Plane.ALL.size());
            int label = java.util.Objects.requireNonNull(sums.labels().get(plane));
            int scale = stage.layout().constant();
            Kept[] kept = new Kept[1];
            scheduler.attempt(
                    0,
                    late -> kept[0] = stage.constants()
                            .scaled(plane, label, sums.w(), scale, Math.max(horizon, factor.ready() + 60)));
            projected.add(kept[0]);
        }
        Rotation rotation = new Rotation(stage, shape);
        long available = rotation.place(projected, factor, cache);
        long value = value(projected.get(heads - 1), factor);
        List<Place> rows = new ArrayList<>();
        List<Long> readable = new ArrayList<>();
        long free = sweep.end();
        for (int first = 0; first < shape.queries(); first += TOGETHER) {
            int count = Math.min(TOGETHER, shape.queries() - first);
            Attended attended = new Heads(stage, shape, cache, first, count).place(Math.max(available, free), value);
            rows.add(Layout.attended(first / TOGETHER));
            readable.add(attended.available());
            free = attended.free();
        }
        long[] starts = readable.stream().mapToLong(Long::longValue).toArray();
        List<Sums.Sent> sent = stage.outputs().place(shape.blocks(), shape.blockGroups(), rows, starts, free, forward);
        long attended = java.util.Arrays.stream(starts).max().orElseThrow();
        stage.mark(Mark.Phase.PROJECT, residual.arrived(), factor.ready());
        stage.mark(Mark.Phase.ATTEND, factor.ready(), attended);
        stage.mark(Mark.Phase.OUTPUT, attended, stage.outputs().end());
        stage.markSum(stage.outputs().end(), sent);
        cache.append(stage.outputs().end());
        return sent;
    }

    /** Result of a round of heads: when its row can be read, and when the arrays are free. */
    record Attended(long available, long free) {}

    private List<Sweep.Pass> passes(int heads) {
        int planes = Plane.ALL.size();
        List<Sweep.Pass> passes = new ArrayList<>();
        for (int row = 0; row < shape.blocks(); row++) {
            for (int slot = 0; slot * planes < heads; slot++) {
                List<Integer> perPlane = new ArrayList<>();
                for (int plane = 0; plane < planes; plane++) {
                    perPlane.add(slot * planes + plane < heads ? row : -1);
                }
                passes.add(new Sweep.Pass(shape.headGroups(), perPlane, slot, row == 0, row == shape.blocks() - 1, 0));
            }
        }
        return passes;
    }

    /** The value of the current position, FP32 in both hemispheres' memory; returns the cycle from which on it is there. */
    private long value(Kept projected, Kept factor) {
        long[] there = new long[1];
        scheduler.attempt(factor.ready() + 8L * geometry.alu, at -> {
            for (Hemisphere side : Hemisphere.values()) {
                Kept value = scheduler
                        .all()
                        .binary(
                                BinaryOperation.MUL,
                                projected.operand(),
                                factor.operand(),
                                at,
                                at,
                                Geometry.out(side, WIDE_STREAM));
                long u = geometry.outwardAt(value.ready());
                scheduler.all().writeOutward(side, Layout.value(side), WIDE_STREAM, value.label(), u);
                if (side == Hemisphere.WEST) {
                    there[0] = shifted(value, u);
                }
            }
        });
        return there[0];
    }

    /** The value in the lanes of the second head, in the west's memory. */
    private long shifted(Kept value, long u) {
        scheduler.through(u);
        Flow from = new Flow(Geometry.out(Hemisphere.WEST, WIDE_STREAM), value.label());
        int label = scheduler.label();
        Flow to = new Flow(Geometry.in(Hemisphere.WEST, WIDE_STREAM), label);
        long cycle = u + geometry.switches;
        scheduler
                .all()
                .put(
                        new Queue(Queue.Unit.SHIFTER, Hemisphere.WEST, 0),
                        cycle,
                        new SwitchInstruction.Shift(Element.FP32.planes(), from, -shape.headSize(), to));
        long w = cycle + geometry.machine().whole(Quantity.SHIFT_CYCLES) + geometry.switches;
        scheduler.all().writeInward(Hemisphere.WEST, Layout.shiftedValue(Hemisphere.WEST), WIDE_STREAM, label, w);
        return geometry.taken(w) + 4L * geometry.alu;
    }

    static final int WIDE_STREAM = 28;
}
