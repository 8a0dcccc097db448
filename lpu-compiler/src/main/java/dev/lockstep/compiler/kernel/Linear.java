package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * A matrix times a vector. Tiles of weights stream through the arrays of both hemispheres: blocks of columns with even numbers are summed in the west, odd
 * ones in the east, and the vector unit adds the two sums. While a tile is loaded, the one before is multiplied; the activation slips through in the
 * cycle between two tiles, when the streams are free.
 */
final class Linear {
    private static final int FIRST_ACTIVATION_STREAM = 0;

    private final Chip chip;
    private final Labels labels;
    private final TileWords tiles;
    private final Map<Hemisphere, Flow> results = new EnumMap<>(Hemisphere.class);

    Linear(Chip chip, Labels labels, TileWords tiles) {
        this.chip = chip;
        this.labels = labels;
        this.tiles = tiles;
        for (Hemisphere hemisphere : Hemisphere.values()) {
            if (tiles.blocks(hemisphere) > 0) {
                results.put(hemisphere, new Flow(Matrix.resultStream(hemisphere), labels.take(tiles.outputs())));
            }
        }
    }

    /** The result in the vector unit; item i is output vector i. */
    Node result() {
        Node west = new Node.Arriving(Element.FP32, results.get(Hemisphere.WEST));
        return results.containsKey(Hemisphere.EAST)
                ? Pass.add(west, new Node.Arriving(Element.FP32, results.get(Hemisphere.EAST)))
                : west;
    }

    /**
     * Emits the product.
     *
     * @param activations by hemisphere, block after block
     * @param pass what happens to the result
     */
    Fragment fragment(String name, Map<Hemisphere, Vectors> activations, Pass pass) {
        Fragment fragment = new Fragment(name);
        Matrix matrix = new Matrix(chip, labels, fragment);
        int steps = tiles.blocks(Hemisphere.WEST);
        int[] arrivals = new int[tiles.outputs()];
        int start = 0;
        int install = -chip.installVisible();
        for (int output = 0; output < tiles.outputs(); output++) {
            int groups = tiles.groups(output);
            for (int step = 0; step < steps; step++) {
                install = Math.max(start + groups, install + chip.installVisible());
                boolean last = output == tiles.outputs() - 1 && step == steps - 1;
                int activate = last
                        ? install + chip.installVisible()
                        : Math.max(install + 1 + groups(output, step, steps), install + chip.installVisible());
                for (Hemisphere hemisphere : results.keySet()) {
                    int block = step - (steps - tiles.blocks(hemisphere));
                    if (block >= 0) {
                        tile(fragment, matrix, hemisphere, output, block, start, install);
                        multiply(fragment, matrix, hemisphere, output, block, activate, activations.get(hemisphere));
                    }
                }
                arrivals[output] = activate + chip.product(Hemisphere.WEST);
                start = install + 1;
            }
        }
        for (Hemisphere hemisphere : results.keySet()) {
            fragment.buffer(hemisphere, 0, install);
            fragment.array(hemisphere, tiles.groups(0), install + chip.installVisible());
        }
        pass.emit(fragment, arrivals);
        return fragment;
    }

    /** Groups of the tile that comes after a step. */
    private int groups(int output, int step, int steps) {
        return tiles.groups(step == steps - 1 ? output + 1 : output);
    }

    private void tile(
            Fragment fragment, Matrix matrix, Hemisphere hemisphere, int output, int block, int start, int install) {
        Address words = tiles.words(hemisphere, output, block);
        matrix.load(hemisphere, words, 1, tiles.groups(output), start);
        matrix.install(hemisphere, tiles.groups(output), install);
    }

    private void multiply(
            Fragment fragment,
            Matrix matrix,
            Hemisphere hemisphere,
            int output,
            int block,
            int cycle,
            Vectors activations) {
        Flow flow = new Flow(new Stream(hemisphere.outward(), FIRST_ACTIVATION_STREAM), labels.take(1));
        Memory.read(chip, fragment, activations, tiles.index(hemisphere, block), flow, cycle, chip.matrix(hemisphere));
        boolean last = block == tiles.blocks(hemisphere) - 1;
        Optional<Flow> result = last
                ? Optional.of(new Flow(
                        results.get(hemisphere).stream(),
                        results.get(hemisphere).label() + output))
                : Optional.empty();
        matrix.multiply(hemisphere, flow, cycle, block > 0, result);
    }
}
