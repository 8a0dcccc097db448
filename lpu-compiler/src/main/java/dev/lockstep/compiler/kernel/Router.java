package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.graph.Routing;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.program.LaneMap;
import java.util.function.IntUnaryOperator;

/**
 * Chooses experts without knowing which, as a static schedule must: every expert gets a weight, which is zero for those that are not chosen. Lanes are experts. The switch spreads one score
 * after another over all lanes, and each lane counts how many are larger than its own (or as large, and before it); those with fewer than {@code used} are chosen. The same turns give the
 * largest score, and later the sum of the weights. There is no division: 1 / l is rsqrt(l) squared.
 */
final class Router {
    private static final double LOG2_E = 1.4426950408889634;

    private final Chip chip;
    private final Labels labels;
    private final Maps maps;
    private final Kernels kernels;

    /**
     * @param moved scores in the west, from where the switch takes them, and {@code scores} in the east
     * @param ties vector e has ones in the lanes after e
     * @param west room for {@link #WEST_ROOM} vectors
     * @param east room for {@link #EAST_ROOM} vectors
     * @param weights one vector for each expert, with its weight in every lane
     */
    record Places(Vectors scores, Vectors moved, Vectors ties, Vectors west, Vectors east, Vectors weights) {}

    static final int WEST_ROOM = 2;
    static final int EAST_ROOM = 3;

    Router(Chip chip, Labels labels, Maps maps, Kernels kernels) {
        this.chip = chip;
        this.labels = labels;
        this.maps = maps;
        this.kernels = kernels;
    }

    void run(Routing routing, Places places) {
        int experts = places.weights().count();
        Vectors largest = places.east().slice(0, 1);
        Vectors margin = places.east().slice(1, 1);
        Vectors inverse = places.east().slice(2, 1);
        Vectors powers = places.west().slice(0, 1);
        Vectors chosen = places.west().slice(1, 1);

        Pass count = new Pass(chip, labels, "rank experts");
        Node other = spread(places.moved());
        Node difference = Pass.binary(BinaryOperation.SUB, other, Pass.load(places.scores(), _ -> 0));
        Node larger = Pass.binary(BinaryOperation.MASK, Pass.constant(1), Pass.unary(UnaryOperation.RELU, difference));
        Node before = Pass.load(places.ties());
        Node tie = Pass.binary(BinaryOperation.SUB, before, Pass.binary(BinaryOperation.MASK, before, difference));
        Node rank = new Node.Running(BinaryOperation.ADD, Pass.add(larger, tie), experts);
        Node left = Pass.binary(BinaryOperation.SUB, Pass.constant(routing.used()), rank);
        count.store(Pass.unary(UnaryOperation.RELU, left), margin, last(experts));
        count.store(new Node.Running(BinaryOperation.MAX, other, experts), largest, last(experts));
        kernels.place(count.fragment(experts));

        Pass weigh = new Pass(chip, labels, "weigh experts");
        Node below = Pass.binary(BinaryOperation.SUB, Pass.load(places.moved()), Pass.load(largest));
        Node power = Pass.unary(UnaryOperation.EXP2, Pass.multiply(below, Pass.constant((float) LOG2_E)));
        weigh.store(power, powers);
        weigh.store(Pass.binary(BinaryOperation.MASK, power, Pass.load(margin)), chosen);
        kernels.place(weigh.fragment(1));

        Pass sum = new Pass(chip, labels, "sum weights of experts");
        Vectors summed = routing.weighing() == Routing.Weighing.ALL ? powers : chosen;
        Node root = Pass.unary(UnaryOperation.RSQRT, new Node.Running(BinaryOperation.ADD, spread(summed), experts));
        sum.store(Pass.multiply(Pass.multiply(root, root), Pass.constant(routing.scale())), inverse, last(experts));
        kernels.place(sum.fragment(experts));

        Pass share = new Pass(chip, labels, "spread weights of experts");
        share.store(Pass.multiply(spread(chosen), Pass.load(inverse, _ -> 0)), places.weights());
        kernels.place(share.fragment(experts));
    }

    /** Item e is what stands in lane e, in every lane. */
    private Node spread(Vectors vector) {
        return Pass.shuffled(
                vector, _ -> 0, new Node.Shuffle(true, lane -> maps.index(LaneMap.of(chip.lanes(), lane))));
    }

    private static IntUnaryOperator last(int count) {
        return item -> item == count - 1 ? 0 : Pass.NOWHERE;
    }
}
