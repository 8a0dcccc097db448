package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * Weights times values, and divided by the sum of the weights, for the heads whose results share a vector. The east has the values of 320 positions as a tile, head beside head, the west a matrix of
 * ones; both multiply the same weights in the same cycles, so that sum and result meet in the vector unit. There is no division: 1 / l is rsqrt(l) squared.
 * Each head's weights meet the values of all; a mask keeps the lanes that are its own.
 */
final class Mix {
    private static final int ROWS = 320;

    private final Chip chip;
    private final Labels labels;
    private final Shape shape;
    private final Places places;

    /**
     * Inputs, constants and room.
     *
     * @param weights FP16, block b of head h being vector h * blocks + b, in both hemispheres
     * @param values first word of the values of each head; heads that share values have the same
     * @param ones a word of ones in the west's pairs
     * @param masks all bits in the lanes of head h; the last of them in none
     * @param sinks one vector for each head, to be added to the sum of its weights
     * @param sums room in the east for partial results, and {@code totals} in the west for partial sums, as many as weights
     */
    record Places(
            Map<Hemisphere, Vectors> weights,
            List<Address> values,
            Address ones,
            Vectors masks,
            Optional<Vectors> sinks,
            Vectors sums,
            Vectors totals) {}

    Mix(Chip chip, Labels labels, Shape shape, Places places) {
        this.chip = chip;
        this.labels = labels;
        this.shape = shape;
        this.places = places;
    }

    /** @param targets FP16, one vector each; stored to all of them */
    List<Fragment> fragments(List<Vectors> targets) {
        List<Fragment> fragments = new ArrayList<>();
        Fragment products = new Fragment("mix");
        fragments.add(products);
        Map<Hemisphere, Flow> results = new EnumMap<>(Hemisphere.class);
        int heads = shape.heads();
        int blocks = shape.blocks();
        int items = blocks * heads;
        for (Hemisphere hemisphere : Hemisphere.values()) {
            results.put(hemisphere, new Flow(Matrix.resultStream(hemisphere), labels.take(items)));
        }
        int[] arrivals = products(products, results);
        Node sum = new Node.Arriving(Element.FP32, results.get(Hemisphere.EAST));
        Node total = new Node.Arriving(Element.FP32, results.get(Hemisphere.WEST));
        if (blocks == 1) {
            Pass divide = new Pass(chip, labels, "divide");
            join(divide, quotient(sum, total), targets);
            divide.emit(products, arrivals);
            return fragments;
        }
        IntUnaryOperator place = item -> item % heads * blocks + item / heads;
        Pass keep = new Pass(chip, labels, "keep");
        keep.store(Pass.unary(UnaryOperation.COPY, sum), places.sums(), place);
        keep.store(Pass.unary(UnaryOperation.COPY, total), places.totals(), place);
        keep.emit(products, arrivals);
        Pass divide = new Pass(chip, labels, "add and divide");
        Node wholeSum = new Node.Running(BinaryOperation.ADD, Pass.load(places.sums()), blocks);
        Node wholeTotal = new Node.Running(BinaryOperation.ADD, Pass.load(places.totals()), blocks);
        join(divide, quotient(wholeSum, wholeTotal), targets);
        fragments.add(divide.fragment(items));
        return fragments;
    }

    private Node quotient(Node sum, Node total) {
        Node whole = places.sinks()
                .map(sinks -> Pass.add(total, Pass.load(sinks, item -> item / shape.blocks())))
                .orElse(total);
        Node root = Pass.unary(UnaryOperation.RSQRT, whole);
        return Pass.half(Pass.multiply(sum, Pass.multiply(root, root)));
    }

    /** Puts heads side by side. Only the last item of each head is a result; the mask of the others is empty. */
    private void join(Pass pass, Node quotient, List<Vectors> targets) {
        int heads = shape.heads();
        int blocks = shape.blocks();
        Node own = Pass.binary(
                BinaryOperation.MASK,
                quotient,
                Pass.load(
                        places.masks(),
                        item -> item % blocks == blocks - 1
                                ? item / blocks
                                : places.masks().count() - 1));
        Node joined = new Node.Running(BinaryOperation.OR, own, heads * blocks);
        for (Vectors target : targets) {
            pass.store(joined, target, item -> item == heads * blocks - 1 ? 0 : Pass.NOWHERE);
        }
    }

    private int[] products(Fragment fragment, Map<Hemisphere, Flow> results) {
        Matrix matrix = new Matrix(chip, labels, fragment);
        int heads = shape.heads();
        int[] arrivals = new int[shape.blocks() * heads];
        int allRows = Matrix.groups(ROWS);
        int groups = heads * shape.elementGroups();
        // An ALU that joins heads can take one every three cycles.
        int interval = Math.max(chip.halfRow(), chip.alu(false));
        int install = 0;
        int end = 0;
        matrix.load(Hemisphere.WEST, 0, places.ones(), 0, allRows, -allRows);
        matrix.install(Hemisphere.WEST, 0, allRows, 0);
        for (int block = 0; block < shape.blocks(); block++) {
            install = block == 0 ? 0 : end + groups;
            values(matrix, block, install - groups);
            matrix.install(Hemisphere.EAST, 0, groups, install);
            for (int head = 0; head < heads; head++) {
                int item = block * heads + head;
                int cycle = install + chip.installVisible() + head * interval;
                for (Hemisphere hemisphere : Hemisphere.values()) {
                    Flow weights = new Flow(new Stream(hemisphere.outward(), 0), labels.take(1));
                    Memory.read(
                            chip,
                            fragment,
                            places.weights().get(hemisphere),
                            head * shape.blocks() + block,
                            weights,
                            cycle,
                            chip.matrix(hemisphere));
                    Flow result = results.get(hemisphere).advanced(item);
                    matrix.multiply(hemisphere, 0, weights, cycle, false, Optional.of(result));
                }
                arrivals[item] = cycle + chip.product(Hemisphere.EAST);
            }
            end = install + chip.installVisible() + heads * interval;
        }
        fragment.buffer(Hemisphere.WEST, -allRows, 0);
        fragment.buffer(Hemisphere.EAST, -groups, install);
        fragment.array(Hemisphere.WEST, 0, end);
        fragment.array(Hemisphere.EAST, 0, end);
        places.values().stream().distinct().forEach(values -> Memory.reads(fragment, Hemisphere.EAST, values));
        return arrivals;
    }

    /** Loads the values of a block of positions, those of each head into rows of its own. */
    private void values(Matrix matrix, int block, int cycle) {
        int groups = shape.elementGroups();
        for (int head = 0; head < shape.heads(); head++) {
            int first = head * groups;
            Address words = places.values().get(head).advanced(block * groups);
            matrix.load(Hemisphere.EAST, 0, words, 1, first, groups, cycle + first);
        }
    }
}
