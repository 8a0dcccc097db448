package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Queries times keys, in the west: the keys of 320 positions are a tile of weights, with which the queries of all heads that share them are multiplied. Lanes of the
 * result are positions; a mask is added that makes those after the token's own hopelessly small.
 */
final class Scores {
    private static final Hemisphere SIDE = Hemisphere.WEST;

    private Scores() {}

    /**
     * @param queries one vector of FP16 for each head
     * @param scaled what becomes of a score
     * @param masks to be added, each with one vector of FP32 for each block of positions
     * @param keys first word of the keys
     * @param target block b of head h becomes vector h * blocks + b
     */
    static Fragment fragment(
            Chip chip,
            Labels labels,
            Shape shape,
            Vectors queries,
            UnaryOperator<Node> scaled,
            List<Vectors> masks,
            Address keys,
            Vectors target) {
        Fragment fragment = new Fragment("scores");
        Matrix matrix = new Matrix(chip, labels, fragment);
        int heads = shape.heads();
        int blocks = shape.blocks();
        int results = labels.take(blocks * heads);
        int[] arrivals = new int[blocks * heads];
        int start = 0;
        int install = 0;
        for (int block = 0; block < blocks; block++) {
            int groups = shape.positionGroups(block);
            matrix.load(SIDE, 0, keys.advanced(block * shape.lanes() / Slices.PAIRS), 1, groups, start);
            install = start + groups;
            matrix.install(SIDE, 0, groups, install);
            for (int head = 0; head < heads; head++) {
                int item = block * heads + head;
                int cycle = install + chip.installVisible() + head * chip.halfRow();
                Flow query = new Flow(new Stream(SIDE.outward(), 0), labels.take(1));
                Memory.read(chip, fragment, queries, head, query, cycle, chip.matrix(SIDE));
                Flow result = new Flow(Matrix.resultStream(SIDE), results + item);
                matrix.multiply(SIDE, 0, query, cycle, false, Optional.of(result));
                arrivals[item] = cycle + chip.product(SIDE);
            }
            start = install + chip.installVisible() + heads * chip.halfRow();
        }
        fragment.buffer(SIDE, 0, install);
        fragment.array(SIDE, shape.positionGroups(0), start);
        Memory.reads(fragment, SIDE, keys);

        Pass pass = new Pass(chip, labels, "mask");
        Node score = new Node.Arriving(Element.FP32, new Flow(Matrix.resultStream(SIDE), results));
        Node visible = scaled.apply(score);
        for (Vectors mask : masks) {
            visible = Pass.add(visible, Pass.load(mask, item -> item / heads));
        }
        pass.store(visible, target, item -> item % heads * blocks + item / heads);
        pass.emit(fragment, arrivals);
        return fragment;
    }
}
