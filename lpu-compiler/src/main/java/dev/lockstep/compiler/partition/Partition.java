package dev.lockstep.compiler.partition;

/**
 * A way of cutting a model over chips: stages that follow one another, and in each stage as many chips that share every layer. A
 * layer has two halves, attention and feed-forward network, and stages are cut between halves.
 *
 * @param tensor chips of a stage
 * @param stages of the pipeline
 * @param precision of the weights
 */
public record Partition(int tensor, int stages, HeadSplit split, WeightPrecision precision) {
    public Partition {
        if (tensor < 1 || stages < 1) {
            throw new IllegalArgumentException(tensor + " chips in each of " + stages + " stages");
        }
    }

    public int chips() {
        return Math.multiplyExact(tensor, stages);
    }

    /** Half layers of a stage; the first stages have one more than the last, which holds the output matrix too. */
    public int halvesOf(int stage, int layers) {
        return 2 * layers / stages + (stage < 2 * layers % stages ? 1 : 0);
    }

    /** The first half layer of a stage: {@code 2 * layer} is the layer's attention, the next its feed-forward network. */
    public int firstHalf(int stage, int layers) {
        return stage * (2 * layers / stages) + Math.min(stage, 2 * layers % stages);
    }

    @Override
    public String toString() {
        return tensor + " × " + stages;
    }
}
