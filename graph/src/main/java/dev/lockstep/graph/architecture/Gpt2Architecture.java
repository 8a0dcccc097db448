package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Graph;
import java.util.Set;

/**
 * GPT-2 and StarCoder: learned positions, layer norms, and feed-forward networks without gates; queries, keys and values are one matrix.
 *
 * <p>Sources: Radford et al. 2019; Li et al. 2023 (StarCoder); tensor and key names from the GGUF specification.
 */
record Gpt2Architecture(String name) implements Architecture {
    @Override
    public Graph build(ModelDescription model) {
        NeutralKeys.refuseOthers(new KeyReader(model.metadata(), name), Set.of());
        TransformerBuilder builder = new TransformerBuilder(Hyperparameters.of(model), new ModelWeights(model));
        builder.useLayerNorms();
        builder.learnPositions();
        builder.attention().fused();
        builder.feedForward().plain().activation(Activation.GELU);
        return builder.build();
    }
}
