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

/**
 * Weights times values, and divided by the sum of the weights. The east has the values of 320 positions as a tile, the west a matrix of ones; both multiply the
 * same weights in the same cycles, so that sum and result meet in the vector unit. There is no division: 1 / l is rsqrt(l) squared.
 */
final class Mix {
    private static final int ROWS = 320;

    private final Chip chip;
    private final Labels labels;
    private final Shape shape;

    /**
     * Inputs, constants and room.
     *
     * @param weights FP16, block b of head h being vector h * blocks + b, in both hemispheres
     * @param values first word of the values
     * @param ones a word of ones in the west's pairs
     * @param sums room in the east for partial results, and {@code totals} in the west for partial sums, as many as weights
     */
    record Places(Map<Hemisphere, Vectors> weights, Address values, Address ones, Vectors sums, Vectors totals) {}

    Mix(Chip chip, Labels labels, Shape shape) {
        this.chip = chip;
        this.labels = labels;
        this.shape = shape;
    }

    /** @param targets FP16, one vector for each head; stored to all of them */
    List<Fragment> fragments(Places places, List<Vectors> targets) {
        List<Fragment> fragments = new ArrayList<>();
        Fragment products = new Fragment("mix");
        fragments.add(products);
        Map<Hemisphere, Flow> results = new EnumMap<>(Hemisphere.class);
        int items = shape.blocks() * shape.heads();
        for (Hemisphere hemisphere : Hemisphere.values()) {
            results.put(hemisphere, new Flow(Matrix.resultStream(hemisphere), labels.take(items)));
        }
        int[] arrivals = products(products, places, results);
        Node sum = new Node.Arriving(Element.FP32, results.get(Hemisphere.EAST));
        Node total = new Node.Arriving(Element.FP32, results.get(Hemisphere.WEST));
        if (shape.blocks() == 1) {
            Pass divide = new Pass(chip, labels, "divide");
            store(divide, quotient(sum, total), targets, 1);
            divide.emit(products, arrivals);
            return fragments;
        }
        int heads = shape.heads();
        int blocks = shape.blocks();
        Pass keep = new Pass(chip, labels, "keep");
        keep.store(Pass.unary(UnaryOperation.COPY, sum), places.sums(), item -> item % heads * blocks + item / heads);
        keep.store(
                Pass.unary(UnaryOperation.COPY, total), places.totals(), item -> item % heads * blocks + item / heads);
        keep.emit(products, arrivals);
        Pass divide = new Pass(chip, labels, "add and divide");
        Node wholeSum = new Node.Running(BinaryOperation.ADD, Pass.load(places.sums()), blocks);
        Node wholeTotal = new Node.Running(BinaryOperation.ADD, Pass.load(places.totals()), blocks);
        store(divide, quotient(wholeSum, wholeTotal), targets, blocks);
        fragments.add(divide.fragment(items));
        return fragments;
    }

    private static Node quotient(Node sum, Node total) {
        Node root = Pass.unary(UnaryOperation.RSQRT, total);
        return Pass.multiply(sum, Pass.multiply(root, root));
    }

    private static void store(Pass pass, Node quotient, List<Vectors> targets, int blocks) {
        for (Vectors target : targets) {
            pass.store(Pass.half(quotient), target, item -> item % blocks == blocks - 1 ? item / blocks : Pass.NOWHERE);
        }
    }

    private int[] products(Fragment fragment, Places places, Map<Hemisphere, Flow> results) {
        Matrix matrix = new Matrix(chip, labels, fragment);
        int heads = shape.heads();
        int[] arrivals = new int[shape.blocks() * heads];
        int allRows = Matrix.groups(ROWS);
        int groups = shape.elementGroups();
        int install = 0;
        int end = 0;
        matrix.load(Hemisphere.WEST, 0, places.ones(), 0, allRows, -allRows);
        matrix.install(Hemisphere.WEST, 0, allRows, 0);
        for (int block = 0; block < shape.blocks(); block++) {
            install = block == 0 ? 0 : end + groups;
            matrix.load(Hemisphere.EAST, 0, places.values().advanced(block * groups), 1, groups, install - groups);
            matrix.install(Hemisphere.EAST, 0, groups, install);
            for (int head = 0; head < heads; head++) {
                int item = block * heads + head;
                int cycle = install + chip.installVisible() + head * chip.halfRow();
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
            end = install + chip.installVisible() + heads * chip.halfRow();
        }
        fragment.buffer(Hemisphere.WEST, -allRows, 0);
        fragment.buffer(Hemisphere.EAST, -groups, install);
        fragment.array(Hemisphere.WEST, 0, end);
        fragment.array(Hemisphere.EAST, 0, end);
        Memory.reads(fragment, Hemisphere.EAST, places.values());
        return arrivals;
    }
}
