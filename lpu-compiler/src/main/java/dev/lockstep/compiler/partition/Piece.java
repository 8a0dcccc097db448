package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.model.ModelSizes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Half a layer, or a part of its experts where a stage has no room for all of them. Stages with parts of one half layer follow each other: each passes the
 * residual on as soon as it has come, and adds its experts' results to what the stage before has sent. What all tokens use belongs to the last part, which
 * would have to wait for the others' results otherwise.
 *
 * @param half counted over the model
 * @param part number of this piece of the half layer, and
 * @param parts how many there are
 */
public record Piece(int half, int part, int parts) {
    public Piece {
        if (half < 0 || part < 0 || part >= parts) {
            throw new IllegalArgumentException("part " + part + " of " + parts + " of half layer " + half);
        }
    }

    public static Piece whole(int half) {
        return new Piece(half, 0, 1);
    }

    /**
     * All pieces of a model.
     *
     * @param parts of a half layer
     */
    static List<Piece> of(ModelSizes model, IntUnaryOperator parts) {
        List<Piece> pieces = new ArrayList<>();
        for (int half = 0; half < 2 * model.layers().size(); half++) {
            pieces.addAll(of(half, parts.applyAsInt(half)));
        }
        return pieces;
    }

    static List<Piece> of(int half, int parts) {
        return IntStream.range(0, parts)
                .mapToObj(part -> new Piece(half, part, parts))
                .toList();
    }

    /** Whether it is attention. */
    public boolean attends() {
        return half % 2 == 0;
    }

    /** Whether another piece of the half layer comes before this one. */
    public boolean continues() {
        return part > 0;
    }

    /** Whether this is the last piece of its half layer, where its sum ends. */
    public boolean completes() {
        return part == parts - 1;
    }

    /** The first of the experts that belong to this piece. */
    public int firstExpert(int experts) {
        return experts * part / parts;
    }

    /** How many experts belong to it. */
    public int experts(int experts) {
        return experts * (part + 1) / parts - firstExpert(experts);
    }
}
