package dev.lockstep.compiler.partition;

import java.util.ArrayList;
import java.util.List;

/**
 * A way of cutting a model over chips: stages that follow one another, and in each stage as many chips that share every layer. A
 * layer has two halves, attention ({@code 2 * layer}) and feed-forward network ({@code 2 * layer + 1}), and stages are cut between halves.
 *
 * @param tensor chips of a stage
 * @param cuts the first half layer of each stage, and the number of all half layers
 * @param precision of the weights
 */
public record Partition(int tensor, List<Integer> cuts, HeadSplit split, WeightPrecision precision) {
    public Partition {
        cuts = List.copyOf(cuts);
        if (tensor < 1 || cuts.size() < 2 || cuts.getFirst() != 0) {
            throw new IllegalArgumentException(tensor + " chips in each of " + (cuts.size() - 1) + " stages");
        }
        for (int stage = 1; stage < cuts.size(); stage++) {
            if (cuts.get(stage) <= cuts.get(stage - 1)) {
                throw new IllegalArgumentException("stage " + stage + " has no half layer");
            }
        }
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

    public int stages() {
        return cuts.size() - 1;
    }

    public int chips() {
        return Math.multiplyExact(tensor, stages());
    }

    /** Half layers of a stage. */
    public int halvesOf(int stage) {
        return cuts.get(stage + 1) - cuts.get(stage);
    }

    /** The first half layer of a stage. */
    public int firstHalf(int stage) {
        return cuts.get(stage);
    }

    @Override
    public String toString() {
        return tensor + " × " + stages();
    }
}
