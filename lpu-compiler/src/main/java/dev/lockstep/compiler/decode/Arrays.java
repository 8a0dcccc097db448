package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.Repeat;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Weights into arrays, rows through them. All chips of a node do this alike. */
final class Arrays {
    private static final int ROWS = MatrixInstruction.ROWS_PER_GROUP;

    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Map<Hemisphere, List<Integer>> streaming = new EnumMap<>(Hemisphere.class);
    private final Element weights;
    private final List<Plane> planes;
    private final Map<Plane, PlaneUse> uses = new HashMap<>();

    /** @param precision of the model's weights; keys, values and tables have types of their own */
    Arrays(Scheduler scheduler, WeightPrecision precision) {
        this.scheduler = scheduler;
        this.weights = precision.element();
        this.planes = switch (precision) {
            case INT8 -> Plane.ALL;
            case FP16 -> Plane.ALL.stream().filter(plane -> plane.index() == 0).toList();
        };
        this.geometry = scheduler.geometry();
        for (Hemisphere hemisphere : Hemisphere.values()) {
            streaming.put(hemisphere, geometry.streaming(hemisphere));
        }
        for (Plane plane : Plane.ALL) {
            uses.put(plane, new PlaneUse(geometry.installed, scheduler::undoable));
        }
    }

    /** The planes that weights of a type take: FP16 both of a hemisphere. */
    private List<PlaneUse> uses(Element type, Plane plane) {
        return Plane.ALL.stream()
                .filter(other ->
                        other.equals(plane) || type == Element.FP16 && other.hemisphere() == plane.hemisphere())
                .map(uses::get)
                .toList();
    }

    /** Type of the model's weights. */
    Element weights() {
        return weights;
    }

    /** Planes that are given blocks of outputs, in that order: with FP16 a plane stands for both of its hemisphere. */
    List<Plane> planes() {
        return planes;
    }

    /** The slice that feeds an outward stream. */
    int slice(Hemisphere hemisphere, int stream) {
        return streaming.get(hemisphere).get(stream);
    }

    /**
     * Loads groups of weights into the buffer of a plane (of both planes of the hemisphere, for FP16): runs of groups, with a gap of one cycle after each.
     *
     * @param u key of the first group
     * @param word of the first group; the others follow
     */
    void load(Element type, Plane plane, long u, int run, int runs, Address word) {
        load(type, plane, u, run, runs, word, 0, scheduler.labels(ROWS * run * runs));
    }

    /** Loads groups in two runs with a gap between them, the first of which may be longer by one. */
    void loadInTwo(Element type, Plane plane, long u, int groups, Address word) {
        int first = (groups + 1) / 2;
        int second = groups / 2;
        if (first == second) {
            load(type, plane, u, first, 2, word);
            return;
        }
        int label = scheduler.labels(ROWS * groups);
        load(type, plane, u, first, 1, word, 0, label);
        if (second > 0) {
            load(type, plane, u + first + 1, second, 1, word.advanced(first), first, label + ROWS * first);
        }
    }

    private void load(Element type, Plane plane, long u, int run, int runs, Address word, int group, int label) {
        Repeat outer = runs == 1 ? Repeat.ONCE : new Repeat(runs, run + 1, run, ROWS * run);
        load(type, plane, u, word, group, label, new Repeat(run, 1, 1, ROWS), outer, outer);
    }

    /**
     * @param run of groups, one a cycle
     * @param reads how runs repeat in memory
     * @param rows how they repeat in the array
     */
    private void load(
            Element type,
            Plane plane,
            long u,
            Address word,
            int group,
            int label,
            Repeat run,
            Repeat reads,
            Repeat rows) {
        uses(type, plane).forEach(use -> use.load(u));
        int first = firstStream(type, plane);
        for (int stream = first; stream < first + ROWS * type.planes(); stream++) {
            Flow to = new Flow(Geometry.out(plane.hemisphere(), stream), label(type, label, stream - first));
            int slice = slice(plane.hemisphere(), stream);
            scheduler
                    .all()
                    .put(
                            Queue.memory(plane.hemisphere(), slice),
                            u + geometry.memory(slice) - geometry.read,
                            new MemoryInstruction.Read(word, to),
                            run,
                            reads);
        }
        scheduler
                .all()
                .put(
                        plane.weights(),
                        u + geometry.matrix,
                        new MatrixInstruction.LoadWeights(type, first, group, label),
                        run,
                        rows);
    }

    /** Loads groups of the model's weights from where offsets point to that flow outward one cycle before them. */
    void gather(Plane plane, long u, int groups, int word, int group, int label, Flow offsets) {
        uses(Element.INT8, plane).forEach(use -> use.load(u));
        Repeat repeat = new Repeat(groups, 1, 1, ROWS);
        int first = firstStream(weights, plane);
        for (int stream = first; stream < first + ROWS * weights.planes(); stream++) {
            Flow to = new Flow(Geometry.out(plane.hemisphere(), stream), label(weights, label, stream - first));
            int slice = slice(plane.hemisphere(), stream);
            // The labels of offsets stay, while those of weights go on: each group is gathered by an entry of its own.
            for (int i = 0; i < groups; i++) {
                scheduler
                        .all()
                        .put(
                                Queue.memory(plane.hemisphere(), slice),
                                u + i + geometry.memory(slice) - geometry.read,
                                new MemoryInstruction.Gather(Address.of(word + i), offsets, to.advanced(i * ROWS)));
            }
        }
        scheduler
                .all()
                .put(
                        plane.weights(),
                        u + geometry.matrix,
                        new MatrixInstruction.LoadWeights(weights, first, group, label),
                        repeat,
                        Repeat.ONCE);
    }

    /** Loads groups of FP16, and others behind them. */
    void loadBoth(Plane plane, long u, int groups, Address one, Address other) {
        int label = scheduler.labels(2 * ROWS * groups);
        load(Element.FP16, plane, u, groups, 1, one, 0, label);
        load(Element.FP16, plane, u + groups, groups, 1, other, groups, label + ROWS * groups);
    }

    /** Loads the same groups of FP16 twice, one after the other. */
    void loadTwice(Plane plane, long u, int groups, Address word) {
        int label = scheduler.labels(ROWS * groups);
        Repeat run = new Repeat(groups, 1, 1, ROWS);
        load(
                Element.FP16,
                plane,
                u,
                word,
                0,
                label,
                run,
                new Repeat(2, groups, 0, 0),
                new Repeat(2, groups, groups, 0));
    }

    /** The first of the streams from which a plane takes weights. */
    private static int firstStream(Element type, Plane plane) {
        return type == Element.FP16 ? 0 : ROWS * plane.index();
    }

    /** Label of what flows on one of the streams of a group: rows one after the other, byte planes side by side. */
    private static int label(Element type, int first, int stream) {
        return first + stream / type.planes() + stream % type.planes() * Flow.PLANE;
    }

    /** Notes the keys that runs of groups take, so that nothing else uses them. */
    void occupy(long u, int run, int runs) {
        for (int i = 0; i < runs; i++) {
            scheduler.occupy(u + (long) i * (run + 1), run);
        }
    }

    void install(Element type, Plane plane, long u, int groups) {
        uses(type, plane).forEach(use -> use.install(u, type == Element.FP16));
        scheduler.all().put(plane.weights(), u + geometry.matrix, new MatrixInstruction.InstallWeights(type, groups));
    }

    /**
     * Multiplies the active weights with a row of FP16 that flows outward.
     *
     * @param slot of the accumulators
     * @param result label of the sums if they are to flow inward; 0 if there is more to come
     */
    void multiply(Plane plane, long u, int stream, int label, int slot, boolean add, int result) {
        scheduler.through(u);
        if (uses.get(plane).row(u)) {
            uses.get(new Plane(plane.hemisphere(), 1 - plane.index())).row(u);
        }
        uses.get(plane).accumulate(slot, u, add);
        Flow row = new Flow(Geometry.out(plane.hemisphere(), stream), label);
        long cycle = u + geometry.matrix;
        scheduler.all().put(plane.activations(), cycle, new MatrixInstruction.Activate(Element.FP16, row));
        Optional<Flow> to = result == 0
                ? Optional.empty()
                : Optional.of(new Flow(Geometry.in(plane.hemisphere(), plane.resultStream()), result));
        scheduler
                .all()
                .put(
                        plane.accumulators(),
                        cycle + geometry.multiply,
                        new MatrixInstruction.Accumulate(Element.FP32, slot, add, label, to));
    }
}
