package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.schedule.Flight;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MatrixInstruction.Accumulate;
import dev.lockstep.lpu.isa.MatrixInstruction.Activate;
import dev.lockstep.lpu.isa.MatrixInstruction.InstallWeights;
import dev.lockstep.lpu.isa.MatrixInstruction.LoadWeights;
import dev.lockstep.lpu.isa.MemoryInstruction.Read;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.Repeat;
import java.util.Optional;

/** What products consist of: loading a tile, installing it, multiplying a vector with it. */
final class Matrix {
    private final Chip chip;
    private final Labels labels;
    private final Fragment fragment;
    private final Element weights;

    /** For FP16 weights. */
    Matrix(Chip chip, Labels labels, Fragment fragment) {
        this(chip, labels, fragment, Element.FP16);
    }

    /** @param weights FP16, which need both planes of a hemisphere, or INT8 */
    Matrix(Chip chip, Labels labels, Fragment fragment, Element weights) {
        this.chip = chip;
        this.labels = labels;
        this.fragment = fragment;
        this.weights = weights;
    }

    /** Groups of 16 rows that hold {@code rows} rows. */
    static int groups(int rows) {
        return (rows + Slices.PAIRS - 1) / Slices.PAIRS;
    }

    /**
     * Loads a tile in the cycles from {@code cycle} on, one group each.
     *
     * @param plane of the hemisphere; 0 for FP16
     * @param first word of the first group in all slices that feed the plane
     * @param step words from one group to the next; 0 to load the same rows again and again
     */
    void load(Hemisphere hemisphere, int plane, Address first, int step, int groups, int cycle) {
        load(hemisphere, plane, first, step, 0, groups, cycle);
    }

    /**
     * Loads some groups of a tile.
     *
     * @param firstGroup of the tile that is loaded
     */
    void load(Hemisphere hemisphere, int plane, Address first, int step, int firstGroup, int groups, int cycle) {
        int label = labels.take(groups * Slices.PAIRS);
        int firstStream = plane * Slices.PAIRS;
        for (int row = 0; row < Slices.PAIRS; row++) {
            Stream stream = new Stream(hemisphere.outward(), firstStream + row * weights.planes());
            Flow group = new Flow(stream, label + row);
            for (int bytePlane = 0; bytePlane < weights.planes(); bytePlane++) {
                int slice = weights == Element.INT8 ? Slices.array8(row, plane) : Slices.array(row, bytePlane);
                read(hemisphere, slice, first, step, group.plane(bytePlane), groups, cycle);
            }
        }
        fragment.issue(
                new Queue(Queue.Unit.WEIGHTS, hemisphere, plane),
                cycle,
                new LoadWeights(weights, firstStream, firstGroup, label),
                new Repeat(groups, 1, 1, Slices.PAIRS));
    }

    /**
     * Loads a tile of INT8 weights that stand aside into a first plane. Rows for which there are no slices are loaded as well: any words will do, since nobody asks for their products.
     *
     * @param filler a word of the slices that usually feed the plane
     */
    void loadAside(Hemisphere hemisphere, Address first, Address filler, int groups, int cycle) {
        int label = labels.take(groups * Slices.PAIRS);
        for (int row = 0; row < Slices.PAIRS; row++) {
            boolean used = Slices.usedAside(row);
            Flow flow = new Flow(new Stream(hemisphere.outward(), row), label + row);
            int slice = used ? Slices.aside(row) : Slices.array8(row, 0);
            read(hemisphere, slice, used ? first : filler, used ? 1 : 0, flow, groups, cycle);
        }
        fragment.issue(
                new Queue(Queue.Unit.WEIGHTS, hemisphere, 0),
                cycle,
                new LoadWeights(weights, 0, 0, label),
                new Repeat(groups, 1, 1, Slices.PAIRS));
    }

    /** Reads a row of every group, so that the first passes the matrix unit in a cycle. */
    private void read(Hemisphere hemisphere, int slice, Address first, int step, Flow flow, int groups, int cycle) {
        Direction outward = hemisphere.outward();
        int from = chip.memory(hemisphere, slice);
        int driven = cycle - outward.hops(from, chip.matrix(hemisphere));
        fragment.issue(
                Queue.memory(hemisphere, slice),
                driven - chip.read(),
                new Read(first, flow),
                new Repeat(groups, 1, step, Slices.PAIRS));
        fragment.fly(new Flight(flow.stream(), driven, from, chip.matrix(hemisphere), groups, 1));
    }

    void install(Hemisphere hemisphere, int plane, int groups, int cycle) {
        fragment.issue(new Queue(Queue.Unit.WEIGHTS, hemisphere, plane), cycle, new InstallWeights(weights, groups));
    }

    /**
     * Multiplies a vector of FP16 that passes the matrix unit in {@code cycle}.
     *
     * @param add whether to add to what the accumulator has
     * @param result label of the result, if this is the last product
     */
    void multiply(Hemisphere hemisphere, int plane, Flow vector, int cycle, boolean add, Optional<Flow> result) {
        fragment.issue(new Queue(Queue.Unit.ACTIVATIONS, hemisphere, plane), cycle, new Activate(Element.FP16, vector));
        int received = cycle + chip.multiply();
        fragment.issue(
                new Queue(Queue.Unit.ACCUMULATORS, hemisphere, plane),
                received,
                new Accumulate(Element.FP32, 0, add, vector.label(), result));
        if (result.isPresent()) {
            Direction inward = hemisphere.inward();
            for (int bytePlane = 0; bytePlane < Element.FP32.planes(); bytePlane++) {
                fragment.fly(new Flight(
                        result.get().stream().plane(bytePlane),
                        received + chip.accumulate(),
                        chip.matrix(hemisphere),
                        chip.vectorInput(inward),
                        1,
                        1));
            }
        }
    }

    /** The stream on which results of FP16 weights come to the vector unit. */
    static Stream resultStream(Hemisphere hemisphere) {
        return resultStream(hemisphere, 0);
    }

    /** The stream on which results of a plane come to the vector unit. */
    static Stream resultStream(Hemisphere hemisphere, int plane) {
        return new Stream(hemisphere.inward(), plane * Element.FP32.planes());
    }
}
