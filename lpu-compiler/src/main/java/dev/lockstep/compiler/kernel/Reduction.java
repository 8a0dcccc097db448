package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.program.LaneMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Reduces vectors over all their lanes, so that every lane has the result, and the same one. The vector unit cannot see across lanes; the switch hands it each of the 16 lanes of
 * the superlanes in turn, spread over the superlane, and then each of the 20 superlanes. Four of them are combined at a time, and an ALU combines these fours.
 */
final class Reduction {
    private static final int SUPERLANE = 16;
    private static final int SUPERLANES = 20;
    private static final int AT_A_TIME = 4;

    private static final BiFunction<Node, IntUnaryOperator, Node> UNCHANGED = (result, _) -> result;

    private final Chip chip;
    private final Labels labels;
    private final Maps maps;

    Reduction(Chip chip, Labels labels, Maps maps) {
        this.chip = chip;
        this.labels = labels;
        this.maps = maps;
    }

    /**
     * Both stages.
     *
     * @param source vectors to reduce
     * @param lanes that need to be looked at: those after them make no difference
     * @param inner where the first stage puts its results
     * @param finish what becomes of a result before it is stored; its second argument tells which source an item is of
     */
    List<Fragment> fragments(
            String name,
            BinaryOperation operation,
            Vectors source,
            int lanes,
            Vectors inner,
            BiFunction<Node, IntUnaryOperator, Node> finish,
            Vectors target) {
        int superlanes = (lanes + SUPERLANE - 1) / SUPERLANE;
        return List.of(
                stage(name + " in superlanes", operation, source, Math.min(lanes, SUPERLANE), UNCHANGED, inner, false),
                stage(name + " over superlanes", operation, inner, superlanes, finish, target, true));
    }

    /** The same over all lanes. */
    List<Fragment> fragments(String name, BinaryOperation operation, Vectors source, Vectors inner, Vectors target) {
        return fragments(name, operation, source, SUPERLANE * SUPERLANES, inner, UNCHANGED, target);
    }

    private Fragment stage(
            String name,
            BinaryOperation operation,
            Vectors source,
            int parts,
            BiFunction<Node, IntUnaryOperator, Node> finish,
            Vectors target,
            boolean whole) {
        int group = (parts + AT_A_TIME - 1) / AT_A_TIME;
        List<Node> copies = new ArrayList<>();
        for (int copy = 0; copy < AT_A_TIME; copy++) {
            int number = copy;
            copies.add(Pass.shuffled(
                    source,
                    item -> item / group,
                    new Node.Shuffle(whole, item -> spread(whole, item % group * AT_A_TIME + number))));
        }
        Pass pass = new Pass(chip, labels, name);
        pass.store(
                finish.apply(new Node.Running(operation, combine(operation, copies), group), item -> item / group),
                target,
                item -> item % group == group - 1 ? item / group : Pass.NOWHERE);
        return pass.fragment(source.count() * group);
    }

    /** One after another: there is one switch, and it cannot move two vectors in the same cycle. */
    private static Node combine(BinaryOperation operation, List<Node> copies) {
        Node result = Pass.unary(UnaryOperation.COPY, copies.getFirst());
        for (Node copy : copies.subList(1, copies.size())) {
            result = Pass.binary(operation, result, copy);
        }
        return result;
    }

    /** The map that gives every lane of a superlane the same one, or every superlane the same one. */
    private int spread(boolean whole, int number) {
        IntStream sources = whole
                ? IntStream.range(0, SUPERLANE * SUPERLANES).map(lane -> number * SUPERLANE + lane % SUPERLANE)
                : IntStream.range(0, SUPERLANE).map(_ -> number);
        return maps.index(new LaneMap(sources.boxed().toList()));
    }
}
