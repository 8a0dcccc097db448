package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * StableLM 2 and 3B: layer norms, and only the first elements of each head turn.
 *
 * <p>Source: Bellagente et al. 2024, "Stable LM 2 1.6B Technical Report"; tensor and key names from the GGUF specification.
 */
final class StableLmArchitecture implements Architecture {
    @Override
    public String name() {
        return "stablelm";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(keys, Set.of());
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.useLayerNorms();
        if (keys.flag("use_parallel_residual")) {
            builder.parallelBlocks();
        }
        builder.attention().turn(parameters.rope().rope(Rope.Pairing.HALVES));
        return builder.build();
    }
}
