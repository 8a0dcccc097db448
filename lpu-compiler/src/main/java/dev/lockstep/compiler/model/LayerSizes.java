package dev.lockstep.compiler.model;

/** One layer of a model. */
public record LayerSizes(AttentionSizes attention, FeedForwardSizes feedForward) {
    public long weights(int width) {
        return attention.inputWeights(width) + attention.outputWeights(width) + feedForward.weights(width);
    }

    public long weightsUsed(int width) {
        return attention.inputWeights(width) + attention.outputWeights(width) + feedForward.weightsUsed(width);
    }
}
