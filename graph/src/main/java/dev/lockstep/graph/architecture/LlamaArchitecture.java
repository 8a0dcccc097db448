package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * LLaMA and everything built like it: Llama 1 to 3, Mistral 7B, TinyLlama, and Mixtral with its experts; EXAONE 3, which pairs
 * elements otherwise. Pre-norm blocks of attention with rotary positions and a gated SiLU feed-forward network.
 *
 * <p>Sources: Touvron et al. 2023; Jiang et al. 2024 (Mixtral); tensor and key names from the GGUF specification.
 */
record LlamaArchitecture(String name, Rope.Pairing pairing) implements Architecture {
    @Override
    public Graph build(ModelDescription model) {
        NeutralKeys.refuseOthers(new KeyReader(model.metadata(), name), Set.of());
        Hyperparameters parameters = Hyperparameters.of(model);
        ModelWeights weights = new ModelWeights(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, weights);

        RopeParameters turns = parameters.rope();
        Rope rope = weights.positiveConstants("rope_freqs.weight", turns.width() / 2)
                .map(divisors -> turns.rope(pairing, divisors))
                .orElseGet(() -> turns.rope(pairing));
        builder.attention().turn(rope);
        return builder.build();
    }
}
