package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.program.LaneMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Reduces vectors over all their lanes, so that every lane has the result. The vector unit cannot see across lanes; the switch turns the vector round, first
 * inside superlanes, then by whole superlanes, and four or five differently turned copies are combined at a time: 4 · 4 lanes, then 5 · 4 superlanes.
 */
final class Reduction {
    private static final int SUPERLANE = 16;
    private static final int SUPERLANES = 20;

    /** How far copies are turned in each of the four stages, in lanes of a superlane or in superlanes. */
    private static final int[][] TURNS = {{1, 2, 3}, {4, 8, 12}, {4, 8, 12, 16}, {1, 2, 3}};

    private static final int INSIDE = 2;

    private final Chip chip;
    private final Labels labels;
    private final Maps maps;

    Reduction(Chip chip, Labels labels, Maps maps) {
        this.chip = chip;
        this.labels = labels;
        this.maps = maps;
    }

    /**
     * The four stages.
     *
     * @param source vectors to reduce
     * @param places where each stage puts its results
     */
    List<Fragment> fragments(String name, BinaryOperation operation, Vectors source, List<Vectors> places) {
        List<Fragment> stages = new ArrayList<>();
        Vectors from = source;
        for (int stage = 0; stage < TURNS.length; stage++) {
            Pass pass = new Pass(chip, labels, name + " " + (stage + 1));
            List<Node> copies = new ArrayList<>();
            copies.add(Pass.load(from));
            for (int turn : TURNS[stage]) {
                copies.add(Pass.shuffled(from, IntUnaryOperator.identity(), shuffle(stage, turn)));
            }
            Vectors to = places.get(stage).slice(0, source.count());
            pass.store(combine(operation, copies), to);
            stages.add(pass.fragment(source.count()));
            from = to;
        }
        return stages;
    }

    /** One after another: there is one switch, and it cannot turn two vectors in the same cycle. */
    private static Node combine(BinaryOperation operation, List<Node> copies) {
        Node result = copies.getFirst();
        for (Node copy : copies.subList(1, copies.size())) {
            result = Pass.binary(operation, result, copy);
        }
        return result;
    }

    private Node.Shuffle shuffle(int stage, int turn) {
        boolean whole = stage >= INSIDE;
        int lanes = whole ? SUPERLANE * SUPERLANES : SUPERLANE;
        int distance = whole ? turn * SUPERLANE : turn;
        return new Node.Shuffle(
                whole,
                maps.index(new LaneMap(IntStream.range(0, lanes)
                        .map(lane -> (lane + distance) % lanes)
                        .boxed()
                        .toList())));
    }
}
