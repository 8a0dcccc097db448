package dev.lockstep.compiler.model;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.architecture.Hyperparameters;
import dev.lockstep.graph.architecture.ModelDescription;

/** Sizes from the metadata of a GGUF file. */
public final class GgufSizes {
    private GgufSizes() {}

    /** @throws dev.lockstep.formats.FormatException if the metadata does not describe a decoder */
    public static ModelSizes of(ModelDescription model) {
        Hyperparameters sizes = Hyperparameters.of(model);
        if (sizes.valueSize() != sizes.headSize()) {
            throw new FormatException(
                    "%s: values have %d elements where keys have %d; use the model's config.json, which describes latent attention"
                            .formatted(model.metadata().origin(), sizes.valueSize(), sizes.headSize()));
        }
        var attention = new AttentionSizes.Grouped(sizes.heads(), sizes.kvHeads(), sizes.headSize(), Integer.MAX_VALUE);
        var feedForward = new FeedForwardSizes(
                sizes.feedForwardLength(), Math.max(1, sizes.experts()), Math.max(1, sizes.expertsUsed()), 0);
        String name = model.metadata().string("general.name").orElse(sizes.architecture());
        return ModelSizes.uniform(
                name,
                sizes.embeddingLength(),
                sizes.layers(),
                new LayerSizes(attention, feedForward),
                sizes.vocabularySize(),
                sizes.contextLength(),
                !model.weights().containsKey("output.weight"));
    }
}
