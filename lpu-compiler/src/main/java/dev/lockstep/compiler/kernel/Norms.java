package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/** RMS norms: a sum of squares over lanes, its inverse root in every lane, and two products for each element. */
public final class Norms {
    private final Chip chip;
    private final Labels labels;
    private final Maps maps;
    private final Kernels kernels;

    /**
     * What is normed.
     *
     * @param row in the east
     * @param gain in the west
     * @param width elements over which the mean is taken
     * @param lanes of the vectors that hold anything
     */
    public record Source(Vectors row, Vectors gain, int width, int lanes, float epsilon) {}

    /**
     * Room for as many vectors each as there are norms: one for a row, one for each head.
     *
     * @param squares in the west
     * @param sums in the east
     * @param roots in other slices than what is normed
     */
    public record Room(Vectors squares, Vectors sums, Vectors roots) {}

    Norms(Chip chip, Labels labels, Maps maps, Kernels kernels) {
        this.chip = chip;
        this.labels = labels;
        this.maps = maps;
        this.kernels = kernels;
    }

    /**
     * A row of floats as activations.
     *
     * @param blocks numbers of the vectors that hold anything: the first goes to the west, the second to the east, and so on
     */
    public void activations(Source source, List<Integer> blocks, Room room, Map<Hemisphere, Vectors> targets) {
        roots(source, room, source.row().count());
        round("scale", block -> scaled(source, room, block, _ -> 0), blocks, targets);
    }

    /** A row of floats as activations without a norm. */
    public void rounded(Vectors row, List<Integer> blocks, Map<Hemisphere, Vectors> targets) {
        round("round", block -> Pass.load(row, block), blocks, targets);
    }

    private void round(
            String name,
            Function<IntUnaryOperator, Node> value,
            List<Integer> blocks,
            Map<Hemisphere, Vectors> targets) {
        for (Hemisphere hemisphere : Hemisphere.values()) {
            int count = hemisphere == Hemisphere.WEST ? (blocks.size() + 1) / 2 : blocks.size() / 2;
            IntUnaryOperator block = item -> blocks.get(2 * item + hemisphere.ordinal());
            if (count > 0) {
                Pass pass = new Pass(chip, labels, name);
                pass.store(Pass.half(value.apply(block)), targets.get(hemisphere), block);
                kernels.place(pass.fragment(count));
            }
        }
    }

    /** A row of floats, still as floats. */
    public void floats(Source source, Room room, Vectors target) {
        roots(source, room, source.row().count());
        Pass scale = new Pass(chip, labels, "scale");
        scale.store(scaled(source, room, item -> item, _ -> 0), target);
        kernels.place(scale.fragment(target.count()));
    }

    /** Every vector by itself, all with the same gain. */
    public void heads(Source source, Room room, Vectors target) {
        roots(source, room, 1);
        Pass scale = new Pass(chip, labels, "scale heads");
        Node normed = Pass.multiply(Pass.load(source.row()), Pass.load(room.roots()));
        scale.store(Pass.multiply(normed, Pass.load(source.gain(), _ -> 0)), target);
        kernels.place(scale.fragment(target.count()));
    }

    private static Node scaled(Source source, Room room, IntUnaryOperator vector, IntUnaryOperator root) {
        Node normed = Pass.multiply(Pass.load(source.row(), vector), Pass.load(room.roots(), root));
        return Pass.multiply(normed, Pass.load(source.gain(), vector));
    }

    /** @param group vectors that are normed together */
    private void roots(Source source, Room room, int group) {
        Pass squares = new Pass(chip, labels, "squares");
        Node x = Pass.load(source.row());
        Node square = Pass.multiply(x, x);
        squares.store(
                group == 1 ? square : new Node.Running(BinaryOperation.ADD, square, group),
                room.squares(),
                item -> item % group == group - 1 ? item / group : Pass.NOWHERE);
        kernels.place(squares.fragment(source.row().count()));
        kernels.place(new Reduction(chip, labels, maps)
                .fragments(
                        "sum of squares",
                        BinaryOperation.ADD,
                        room.squares(),
                        source.lanes(),
                        room.sums(),
                        (sum, _) -> inverseRoot(sum, source),
                        room.roots()));
    }

    private static Node inverseRoot(Node sum, Source source) {
        Node mean = Pass.multiply(sum, Pass.constant(1f / source.width()));
        return Pass.unary(UnaryOperation.RSQRT, Pass.add(mean, Pass.constant(source.epsilon())));
    }
}
