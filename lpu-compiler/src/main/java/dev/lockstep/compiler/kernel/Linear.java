package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A matrix times a vector. FP16 weights take both planes of a hemisphere; of INT8 weights each plane has a tile of its own, and both multiply the same activation. Tiles of weights stream through the arrays of both hemispheres: blocks of columns with even numbers are summed in the west, odd
 * ones in the east, and the vector unit adds the two sums. While a tile is loaded, the one before is multiplied; the activation slips through in the
 * cycle between two tiles, when the streams are free.
 */
final class Linear {
    private static final int FIRST_ACTIVATION_STREAM = 0;

    private final Chip chip;
    private final Labels labels;
    private final TileWords tiles;
    private final Element weights;
    private final Map<Hemisphere, List<Flow>> results = new EnumMap<>(Hemisphere.class);

    Linear(Chip chip, Labels labels, TileWords tiles) {
        this.chip = chip;
        this.labels = labels;
        this.tiles = tiles;
        this.weights = tiles.planes() == 1 ? Element.FP16 : Element.INT8;
        for (Hemisphere hemisphere : Hemisphere.values()) {
            if (tiles.blocks(hemisphere) > 0) {
                List<Flow> flows = new ArrayList<>();
                for (int plane = 0; plane < tiles.planes(); plane++) {
                    flows.add(new Flow(Matrix.resultStream(hemisphere, plane), labels.take(tiles.rounds())));
                }
                results.put(hemisphere, flows);
            }
        }
    }

    /**
     * The results of a plane in the vector unit; item i is output vector {@code i * planes + plane}. Those of the second plane come one ALU later than those
     * of the first, so that both can go through the same slices of memory.
     */
    Node result(int plane) {
        Node west = arriving(Hemisphere.WEST, plane);
        Node result = results.containsKey(Hemisphere.EAST) ? Pass.add(west, arriving(Hemisphere.EAST, plane)) : west;
        for (int i = 0; i < plane; i++) {
            result = Pass.unary(UnaryOperation.COPY, result);
        }
        return result;
    }

    private Node arriving(Hemisphere hemisphere, int plane) {
        return new Node.Arriving(Element.FP32, results.get(hemisphere).get(plane));
    }

    /**
     * Emits the product.
     *
     * @param activations by hemisphere, block after block
     * @param passes what happens to the results of each plane
     */
    Fragment fragment(String name, Map<Hemisphere, Vectors> activations, List<Pass> passes) {
        Fragment fragment = new Fragment(name);
        Matrix matrix = new Matrix(chip, labels, fragment, weights);
        int steps = tiles.blocks(Hemisphere.WEST);
        int[] arrivals = new int[tiles.rounds()];
        int start = 0;
        int install = -chip.installVisible();
        for (int round = 0; round < tiles.rounds(); round++) {
            for (int step = 0; step < steps; step++) {
                install = Math.max(start + tiles.depth(round), install + chip.installVisible());
                boolean last = round == tiles.rounds() - 1 && step == steps - 1;
                int activate = last
                        ? install + chip.installVisible()
                        : Math.max(install + 1 + nextDepth(round, step, steps), install + chip.installVisible());
                for (Hemisphere hemisphere : results.keySet()) {
                    int block = step - (steps - tiles.blocks(hemisphere));
                    if (block >= 0) {
                        tiles(matrix, hemisphere, round, block, start, install);
                        multiply(fragment, matrix, hemisphere, round, block, activate, activations.get(hemisphere));
                    }
                }
                arrivals[round] = activate + chip.product(Hemisphere.WEST);
                start = install + 1;
            }
        }
        for (Hemisphere hemisphere : results.keySet()) {
            fragment.buffer(hemisphere, 0, install);
            fragment.array(hemisphere, tiles.depth(0), install + chip.installVisible() + 1);
        }
        Allotment allotment = new Allotment(chip);
        results.values()
                .forEach(flows -> flows.forEach(flow -> allotment.reserve(flow.stream(), Element.FP32.planes())));
        for (int plane = 0; plane < tiles.planes(); plane++) {
            passes.get(plane).emit(fragment, Arrays.copyOf(arrivals, outputs(plane)), allotment);
        }
        return fragment;
    }

    /** How many output vectors a plane computes. */
    private int outputs(int plane) {
        return (tiles.outputs() - plane + tiles.planes() - 1) / tiles.planes();
    }

    /** Groups of the tile that comes after a step. */
    private int nextDepth(int round, int step, int steps) {
        return tiles.depth(step == steps - 1 ? round + 1 : round);
    }

    private void tiles(Matrix matrix, Hemisphere hemisphere, int round, int block, int start, int install) {
        for (int plane = 0; plane < tiles.planes(); plane++) {
            int output = round * tiles.planes() + plane;
            if (output < tiles.outputs()) {
                int groups = tiles.groups(output);
                matrix.load(hemisphere, plane, tiles.words(hemisphere, output, block), 1, groups, start);
                matrix.install(hemisphere, plane, groups, install);
            }
        }
    }

    private void multiply(
            Fragment fragment,
            Matrix matrix,
            Hemisphere hemisphere,
            int round,
            int block,
            int cycle,
            Vectors activations) {
        Flow flow = new Flow(new Stream(hemisphere.outward(), FIRST_ACTIVATION_STREAM), labels.take(1));
        Memory.read(chip, fragment, activations, tiles.index(hemisphere, block), flow, cycle, chip.matrix(hemisphere));
        boolean last = block == tiles.blocks(hemisphere) - 1;
        for (int plane = 0; plane < tiles.planes(); plane++) {
            if (round * tiles.planes() + plane < tiles.outputs()) {
                Flow result = results.get(hemisphere).get(plane).advanced(round);
                matrix.multiply(
                        hemisphere, plane, flow, cycle, block > 0, last ? Optional.of(result) : Optional.empty());
            }
        }
    }
}
