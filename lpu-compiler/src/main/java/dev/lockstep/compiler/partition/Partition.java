package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.collective.SumCost;
import dev.lockstep.compiler.collective.SumForm;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A way of cutting a model over chips: stages that follow one another, and in each stage as many chips that share every layer. A
 * layer has two halves, attention ({@code 2 * layer}) and feed-forward network ({@code 2 * layer + 1}), and stages are cut between halves, or
 * between the pieces of a half layer whose experts are too many for one stage.
 *
 * @param tensor chips of a stage
 * @param pieces of the model, in order
 * @param cuts the first piece of each stage, and the number of all pieces
 * @param precision of the weights
 * @param form of the sums over a stage's chips
 */
public record Partition(
        int tensor, List<Piece> pieces, List<Integer> cuts, HeadSplit split, WeightPrecision precision, SumForm form) {
    /** With sums over carriers. */
    public Partition(int tensor, List<Piece> pieces, List<Integer> cuts, HeadSplit split, WeightPrecision precision) {
        this(tensor, pieces, cuts, split, precision, SumForm.CARRIERS);
    }

    public Partition {
        pieces = List.copyOf(pieces);
        cuts = List.copyOf(cuts);
        if (tensor < 1 || cuts.size() < 2 || cuts.getFirst() != 0 || cuts.getLast() != pieces.size()) {
            throw new IllegalArgumentException(tensor + " chips in each of " + (cuts.size() - 1) + " stages");
        }
        for (int stage = 1; stage < cuts.size(); stage++) {
            if (cuts.get(stage) <= cuts.get(stage - 1)) {
                throw new IllegalArgumentException("stage " + stage + " has no half layer");
            }
        }
        for (int piece = 1; piece < pieces.size(); piece++) {
            if (pieces.get(piece).continues() && !cuts.contains(piece)) {
                throw new IllegalArgumentException(
                        "two pieces of half layer " + pieces.get(piece).half() + " in one stage");
            }
        }
    }

    /** Half layers that are not cut into pieces. */
    public Partition(int tensor, List<Integer> cuts, HeadSplit split, WeightPrecision precision) {
        this(tensor, IntStream.range(0, cuts.getLast()).mapToObj(Piece::whole).toList(), cuts, split, precision);
    }

    /** Stages with as many half layers each; the first have one more if there are some left. */
    public static Partition even(int tensor, int stages, int layers, HeadSplit split, WeightPrecision precision) {
        int halves = 2 * layers;
        List<Integer> cuts = new ArrayList<>();
        for (int stage = 0; stage <= stages; stage++) {
            cuts.add(stage * (halves / stages) + Math.min(stage, halves % stages));
        }
        return new Partition(tensor, cuts, split, precision);
    }

    public Partition with(SumForm other) {
        return new Partition(tensor, pieces, cuts, split, precision, other);
    }

    public int stages() {
        return cuts.size() - 1;
    }

    public int chips() {
        return Math.multiplyExact(tensor, stages());
    }

    /** Half layers of a stage, or pieces of some. */
    public List<Piece> piecesOf(int stage) {
        return pieces.subList(cuts.get(stage), cuts.get(stage + 1));
    }

    /** Half layers of a stage. */
    public int halvesOf(int stage) {
        return cuts.get(stage + 1) - cuts.get(stage);
    }

    /** The first half layer of a stage. */
    public int firstHalf(int stage) {
        return pieces.get(cuts.get(stage)).half();
    }

    /** Stages over which the half layer with most experts is spread. */
    public int mostParts() {
        return pieces.stream().mapToInt(Piece::parts).max().orElseThrow();
    }

    /** What a sum over a stage's chips costs. */
    public SumCost sum(Question question) {
        return SumCost.of(
                form,
                question.machine(),
                question.topology(),
                question.chips(),
                tensor,
                question.model().width());
    }

    @Override
    public String toString() {
        return tensor + " × " + stages();
    }
}
