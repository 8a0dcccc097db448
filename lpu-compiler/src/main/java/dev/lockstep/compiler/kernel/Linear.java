package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Chain;
import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A matrix times a vector. Tiles of weights stream through all arrays at the same time: FP16 weights take both planes of a hemisphere, INT8 weights one. Blocks of columns are dealt out
 * to these {@linkplain Chain chains}, each of which adds its products, and the vector unit adds the chains' sums. While a tile is loaded, the one before is multiplied; the activation slips through in
 * the cycle between two tiles, when the chain's streams are free. Second planes are a cycle behind first ones, so that activations can be read from the same slices.
 */
final class Linear {
    private final Chip chip;
    private final Labels labels;
    private final TileWords tiles;
    private final Element weights;
    private final Address filler;
    private final List<Flow> results = new ArrayList<>();

    /** @param filler a word of the slices that feed the arrays */
    Linear(Chip chip, Labels labels, TileWords tiles, Element weights, Address filler) {
        this.filler = filler;
        this.chip = chip;
        this.labels = labels;
        this.tiles = tiles;
        this.weights = weights;
        for (Chain chain : tiles.chains()) {
            results.add(new Flow(Matrix.resultStream(chain.hemisphere(), chain.plane()), labels.take(tiles.items())));
        }
    }

    /** The result in the vector unit: item i is output vector i, or the last item of its rounds is. The sums of first planes are added, then those of second planes, then both. */
    Node result() {
        Optional<Node> first = sum(0);
        if (tiles.rounds() > 1) {
            return new Node.Running(BinaryOperation.ADD, first.orElseThrow(), tiles.rounds());
        }
        Optional<Node> second = sum(1);
        return second.map(s -> Pass.add(first.orElseThrow(), s)).orElseGet(first::orElseThrow);
    }

    private Optional<Node> sum(int plane) {
        Optional<Node> sum = Optional.empty();
        for (int chain = 0; chain < results.size(); chain++) {
            if (tiles.chains().get(chain).plane() == plane) {
                Node arriving = new Node.Arriving(Element.FP32, results.get(chain), plane);
                sum = Optional.of(sum.map(s -> Pass.add(s, arriving)).orElse(arriving));
            }
        }
        return sum;
    }

    /**
     * Emits the product.
     *
     * @param activations by hemisphere, block after block
     * @param pass what happens to the results
     * @param pause cycles between outputs in which nothing is loaded
     */
    Fragment fragment(String name, Map<Hemisphere, Vectors> activations, Pass pass, int pause) {
        Fragment fragment = new Fragment(name);
        Matrix matrix = new Matrix(chip, labels, fragment, weights);
        int[] arrivals = new int[tiles.items()];
        int start = 0;
        int install = -chip.installVisible();
        for (int output = 0; output < tiles.items(); output++) {
            int steps = tiles.steps(output);
            for (int step = 0; step < steps; step++) {
                install = Math.max(start + tiles.groups(output), install + chip.installVisible());
                boolean last = output == tiles.items() - 1 && step == steps - 1;
                int activate = last
                        ? install + chip.installVisible()
                        : Math.max(install + 1 + nextDepth(output, step), install + chip.installVisible());
                for (int chain = 0; chain < results.size(); chain++) {
                    int block = step - (steps - tiles.blocks(output, chain));
                    if (block >= 0) {
                        tile(matrix, chain, output, block, start, install);
                        multiply(fragment, matrix, chain, output, block, activate, activations);
                    }
                }
                arrivals[output] = activate + chip.product(Hemisphere.WEST);
                start = install + 1 + (step == steps - 1 ? pause : 0);
            }
        }
        for (Chain chain : tiles.chains()) {
            if (chain.plane() == 0) {
                int late = tiles.chains().size() > Hemisphere.values().length ? 1 : 0;
                fragment.buffer(chain.hemisphere(), 0, install + late);
                fragment.array(chain.hemisphere(), tiles.groups(0), install + chip.installVisible() + 1 + late);
            }
        }
        Allotment allotment = Allotment.ofProducts(chip);
        results.forEach(flow -> allotment.reserve(flow.stream(), Element.FP32.planes()));
        pass.emit(fragment, arrivals, allotment);
        return fragment;
    }

    /** Groups of the tile that comes after a step. */
    private int nextDepth(int output, int step) {
        return tiles.groups(step == tiles.steps(output) - 1 ? output + 1 : output);
    }

    private void tile(Matrix matrix, int chain, int output, int block, int start, int install) {
        Chain array = tiles.chains().get(chain);
        int groups = tiles.groups(output);
        if (tiles.aside()) {
            matrix.loadAside(array.hemisphere(), tiles.words(output, block), filler, groups, start);
        } else {
            matrix.load(
                    array.hemisphere(), array.plane(), tiles.words(output, block), 1, groups, start + array.plane());
        }
        matrix.install(array.hemisphere(), array.plane(), groups, install + array.plane());
    }

    private void multiply(
            Fragment fragment,
            Matrix matrix,
            int chain,
            int output,
            int block,
            int first,
            Map<Hemisphere, Vectors> activations) {
        Chain array = tiles.chains().get(chain);
        Hemisphere hemisphere = array.hemisphere();
        int cycle = first + array.plane();
        Flow flow = new Flow(new Stream(hemisphere.outward(), array.plane() * Slices.PAIRS), labels.take(1));
        Memory.read(
                chip,
                fragment,
                activations.get(hemisphere),
                tiles.index(output, chain, block),
                flow,
                cycle,
                chip.matrix(hemisphere));
        boolean last = block == tiles.blocks(output, chain) - 1;
        Flow result = results.get(chain).advanced(output);
        matrix.multiply(
                hemisphere, array.plane(), flow, cycle, block > 0, last ? Optional.of(result) : Optional.empty());
    }
}
