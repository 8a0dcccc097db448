package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * Models with layer norms, turned positions and feed-forward networks without gates: StarCoder 2, and Phi-2, whose attention and feed-forward network
 * read the same norm.
 *
 * <p>Sources: Lozhkov et al. 2024 (StarCoder 2); Microsoft 2023 (Phi-2); tensor and key names from the GGUF specification.
 */
record PlainArchitecture(String name, boolean parallel) implements Architecture {
    @Override
    public Graph build(ModelDescription model) {
        NeutralKeys.refuseOthers(new KeyReader(model.metadata(), name), Set.of());
        Hyperparameters parameters = Hyperparameters.of(model);
        ModelWeights weights = new ModelWeights(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, weights);
        builder.useLayerNorms();
        if (parallel) {
            builder.parallelBlocks();
        }
        if (weights.has("blk.0.attn_qkv.weight")) {
            builder.attention().fused();
        }
        builder.attention().turn(parameters.rope().rope(Rope.Pairing.HALVES));
        builder.feedForward().plain().activation(Activation.GELU);
        return builder.build();
    }
}
