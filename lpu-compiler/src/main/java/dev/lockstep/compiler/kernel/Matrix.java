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

/** What products with FP16 weights consist of: loading a tile, installing it, multiplying a vector with it. */
final class Matrix {
    /** Where results leave the matrix unit. */
    static final int RESULT = 0;

    private final Chip chip;
    private final Labels labels;
    private final Fragment fragment;

    Matrix(Chip chip, Labels labels, Fragment fragment) {
        this.chip = chip;
        this.labels = labels;
        this.fragment = fragment;
    }

    /** Groups of 16 rows that hold {@code rows} rows. */
    static int groups(int rows) {
        return (rows + Slices.PAIRS - 1) / Slices.PAIRS;
    }

    /**
     * Loads a tile in the cycles from {@code cycle} on, one group each.
     *
     * @param first word of the first group in all sixteen pairs
     * @param step words from one group to the next; 0 to load the same rows again and again
     */
    void load(Hemisphere hemisphere, Address first, int step, int groups, int cycle) {
        int label = labels.take(groups * Slices.PAIRS);
        Direction outward = hemisphere.outward();
        int matrix = chip.matrix(hemisphere);
        for (int row = 0; row < Slices.PAIRS; row++) {
            for (int plane = 0; plane < Element.FP16.planes(); plane++) {
                int slice = Slices.array(row, plane);
                int from = chip.memory(hemisphere, slice);
                int driven = cycle - outward.hops(from, matrix);
                Flow flow = new Flow(new Stream(outward, 2 * row), label + row).plane(plane);
                fragment.issue(
                        Queue.memory(hemisphere, slice),
                        driven - chip.read(),
                        new Read(first, flow),
                        new Repeat(groups, 1, step, Slices.PAIRS));
                fragment.fly(new Flight(flow.stream(), driven, from, matrix, groups, 1));
            }
        }
        fragment.issue(
                queue(Queue.Unit.WEIGHTS, hemisphere),
                cycle,
                new LoadWeights(Element.FP16, 0, 0, label),
                new Repeat(groups, 1, 1, Slices.PAIRS));
    }

    void install(Hemisphere hemisphere, int groups, int cycle) {
        fragment.issue(queue(Queue.Unit.WEIGHTS, hemisphere), cycle, new InstallWeights(Element.FP16, groups));
    }

    /**
     * Multiplies a vector that passes the matrix unit in {@code cycle}.
     *
     * @param add whether to add to what the accumulator has
     * @param result label of the result, if this is the last product
     */
    void multiply(Hemisphere hemisphere, Flow vector, int cycle, boolean add, Optional<Flow> result) {
        fragment.issue(queue(Queue.Unit.ACTIVATIONS, hemisphere), cycle, new Activate(Element.FP16, vector));
        int received = cycle + chip.multiply();
        fragment.issue(
                queue(Queue.Unit.ACCUMULATORS, hemisphere),
                received,
                new Accumulate(Element.FP32, 0, add, vector.label(), result));
        if (result.isPresent()) {
            Direction inward = hemisphere.inward();
            for (int plane = 0; plane < Element.FP32.planes(); plane++) {
                fragment.fly(new Flight(
                        result.get().stream().plane(plane),
                        received + chip.accumulate(),
                        chip.matrix(hemisphere),
                        chip.vectorInput(inward),
                        1,
                        1));
            }
        }
    }

    /** The stream on which results come to the vector unit. */
    static Stream resultStream(Hemisphere hemisphere) {
        return new Stream(hemisphere.inward(), RESULT);
    }

    private static Queue queue(Queue.Unit unit, Hemisphere hemisphere) {
        return new Queue(unit, hemisphere, 0);
    }
}
