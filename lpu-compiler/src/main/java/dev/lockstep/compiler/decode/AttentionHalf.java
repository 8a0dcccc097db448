package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Quantity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The attention of a layer on chips that hold some heads of keys and queries that look at them: projections and norm factor, rotation, scores, softmax,
 * values, and the output projection, summed over the chips. Two heads are attended to at a time, because an array has two accumulators.
 */
final class AttentionHalf {
    /** Accumulators of a plane. */
    private static final int SLOTS = 2;
    /** Between the sweeps of a chip with many heads of keys, heads are rotated. */
    private static final int BETWEEN = 600;
    /** Between the sweeps of one head the norm factor is found. */
    private static final int NORM = 100;

    /** Key from which on the arrays are free after the heads. */
    private long arraysFree;

    private final Stage stage;
    private final Shape shape;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final int planes;

    AttentionHalf(Stage stage, Shape shape) {
        this.stage = stage;
        this.shape = shape;
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        this.planes = stage.arrays().planes().size();
    }

    List<Sums.Sent> place(Residual residual) {
        int perKeyHead = shape.group() + 2;
        int most = SLOTS * planes;
        // Heads of keys whose queries, keys and values are computed together; a head may need several sweeps for them.
        int together = Math.max(1, most / perKeyHead);
        int sweepsEach = Math.ceilDiv(perKeyHead, most);
        int sweeps = Math.ceilDiv(shape.keyHeads(), together) * sweepsEach;
        List<Cache> caches = new ArrayList<>();
        Rotation rotation = new Rotation(stage, shape);
        long available = 0;
        long value = 0;
        long free = residual.earliest();
        Kept factor = null;
        for (int first = 0; first < shape.keyHeads(); first += together) {
            int count = Math.min(together, shape.keyHeads() - first);
            List<Kept> projected = new ArrayList<>();
            for (int tile = 0; tile < count * perKeyHead; tile += most) {
                int tiles = Math.min(most, count * perKeyHead - tile);
                Sweep sweep = new Sweep(
                        stage.arrays(),
                        scheduler,
                        stage.layout(),
                        Contents.Matrix.PROJECTIONS,
                        Sweep.passes(shape.blocks(), first * perKeyHead + tile, tiles, shape.headGroups(), planes),
                        stage.residualRows(shape.blocks()));
                List<Sweep.Sums> results = sweep.place(residual.available(), free);
                free = sweep.end();
                long horizon = geometry.taken(geometry.throughArray(free)) + 150;
                long later = sweep.length() + (sweepsEach == 1 ? BETWEEN : NORM);
                if (factor == null) {
                    long last = horizon + (sweeps - 1) * later;
                    factor = stage.norm()
                            .factor(residual.squares(), shape.headGroups(), free, use -> Math.max(use, last));
                    free += sweeps > 1 ? shape.headGroups() + 8 : 0;
                    // Products of narrow models would come so soon that too many wait for the factor.
                    free = sweeps > 1 ? Math.max(free, geometry.rowFor(factor.ready()) - sweep.length()) : free;
                }
                long waits = (Math.ceilDiv(count * perKeyHead - tile, most) - 1L) * later;
                long until = Math.max(horizon, factor.ready() + 60) + waits;
                projected.addAll(stage.scaled(tiles, results, any -> until));
            }
            for (int head = first; head < first + count; head++) {
                Cache cache = new Cache(stage, shape, head);
                List<Kept> own = projected.subList((head - first) * perKeyHead, (head - first + 1) * perKeyHead);
                available = Math.max(available, rotation.place(own, factor, cache, head * shape.group()));
                value = Math.max(value, value(own.getLast(), factor, head));
                caches.add(cache);
                stage.layout().contents().cache(head, cache);
            }
        }
        long ready = Objects.requireNonNull(factor).ready();
        long[] readable = attend(caches, Math.max(available, free), free, value);
        List<Place> rows =
                IntStream.range(0, readable.length).mapToObj(Layout::attended).toList();
        List<Sums.Sent> sent = stage.outputs()
                .place(Contents.Matrix.OUTPUT, shape.blocks(), shape.blockGroups(), rows, readable, arraysFree);
        long attended = Arrays.stream(readable).max().orElseThrow();
        stage.mark(Mark.Phase.PROJECT, residual.arrived(), ready);
        stage.mark(Mark.Phase.ATTEND, ready, attended);
        stage.mark(Mark.Phase.OUTPUT, attended, stage.outputs().end());
        stage.markSum(stage.outputs().end(), sent);
        stage.appendLater(caches, stage.outputs().end());
        return sent;
    }

    /** Attends with all heads, round by round; returns the key from which on each round's row can be read. */
    private long[] attend(List<Cache> caches, long from, long loadable, long value) {
        List<Long> readable = new ArrayList<>();
        arraysFree = from;
        long next = loadable;
        int queries = shape.keyHeads() * shape.group();
        for (int first = 0; first < queries; first += Round.MOST) {
            List<Round.Head> heads = new ArrayList<>();
            for (int query = first; query < Math.min(first + Round.MOST, queries); query++) {
                int keyHead = query / shape.group();
                heads.add(new Round.Head(query, keyHead, caches.get(keyHead)));
            }
            Attended attended =
                    new Heads(stage, shape, new Round(readable.size(), heads)).place(arraysFree, next, value);
            readable.add(attended.available());
            arraysFree = attended.free();
            next = attended.loadable();
        }
        return readable.stream().mapToLong(Long::longValue).toArray();
    }

    /** Result of a round of heads: when its row can be read, when the arrays are free, and from when on they can be loaded. */
    record Attended(long available, long free, long loadable) {}

    /** The value of the current position, FP32 in both hemispheres' memory; returns the cycle from which on it is there. */
    private long value(Kept projected, Kept factor, int keyHead) {
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
                scheduler.all().writeOutward(side, Layout.value(side, keyHead), WIDE_STREAM, value.label(), u);
                if (side == Hemisphere.WEST) {
                    there[0] = shifted(value, u, keyHead);
                }
            }
        });
        return there[0];
    }

    /** The value in the lanes of the second head, in the west's memory. */
    private long shifted(Kept value, long u, int keyHead) {
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
        scheduler
                .all()
                .writeInward(Hemisphere.WEST, Layout.shiftedValue(Hemisphere.WEST, keyHead), WIDE_STREAM, label, w);
        return geometry.taken(w) + 4L * geometry.alu;
    }

    static final int WIDE_STREAM = 28;
}
