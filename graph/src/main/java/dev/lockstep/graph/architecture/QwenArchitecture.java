package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * Qwen 2, 2.5 and 3: the blocks of LLaMA with halves of a head turning together. Qwen 2 adds biases to queries, keys and
 * values; Qwen 3 norms each head of queries and keys instead, and has a variant with experts.
 *
 * <p>Sources: Qwen2 Technical Report (2024), Qwen3 Technical Report (2025); tensor and key names from the GGUF specification.
 */
record QwenArchitecture(String name, boolean headNorms) implements Architecture {
    @Override
    public Graph build(ModelDescription model) {
        NeutralKeys.refuseOthers(new KeyReader(model.metadata(), name), Set.of());
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        if (headNorms) {
            builder.attention().normHeads();
        }
        builder.attention().turn(parameters.rope().rope(Rope.Pairing.HALVES));
        return builder.build();
    }
}
