package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Value;
import java.util.Map;

/**
 * LLaMA and everything built like it: Llama 1 to 3, Mistral 7B, TinyLlama, and Mixtral with its experts. Pre-norm blocks of
 * attention with rotary positions and a gated SiLU feed-forward network.
 *
 * <p>Sources: Touvron et al. 2023; Jiang et al. 2024 (Mixtral); tensor and key names from the GGUF specification.
 */
final class LlamaArchitecture implements Architecture {
    /** Keys of other architectures that would change the results, and the values at which they do not. */
    private static final Map<String, Double> NEUTRAL = Map.ofEntries(
            Map.entry("attention.clamp_kqv", 0.0),
            Map.entry("attention.max_alibi_bias", 0.0),
            Map.entry("attention.scale", 0.0),
            Map.entry("attention.sliding_window", 0.0),
            Map.entry("attn_logit_softcapping", 0.0),
            Map.entry("embedding_scale", 1.0),
            Map.entry("expert_shared_count", 0.0),
            Map.entry("expert_weights_scale", 1.0),
            Map.entry("final_logit_softcapping", 0.0),
            Map.entry("logit_scale", 1.0),
            Map.entry("residual_scale", 1.0),
            Map.entry("rope.scaling.yarn_attn_factor", 1.0),
            Map.entry("rope.scaling.yarn_log_multiplier", 0.0));

    @Override
    public String name() {
        return "llama";
    }

    @Override
    public Graph build(ModelDescription model) {
        refuseForeignKeys(new KeyReader(model.metadata(), name()));
        Hyperparameters parameters = Hyperparameters.of(model);
        ModelWeights weights = new ModelWeights(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, weights);

        RopeParameters turns = parameters.rope();
        Rope rope = weights.positiveConstants("rope_freqs.weight", turns.width() / 2)
                .map(divisors -> turns.rope(Rope.Pairing.INTERLEAVED, divisors))
                .orElseGet(() -> turns.rope(Rope.Pairing.INTERLEAVED));

        Value x = builder.tokenEmbedding();
        for (int layer = 0; layer < parameters.layers(); layer++) {
            String block = TransformerBuilder.block(layer);
            x = builder.add(x, builder.attention(builder.rmsNorm(x, block + "attn_norm"), layer, rope));
            Value normed = builder.rmsNorm(x, block + "ffn_norm");
            x = builder.add(
                    x,
                    parameters.experts() == 0
                            ? builder.gatedFeedForward(normed, layer, Activation.SILU)
                            : builder.mixtureOfExperts(normed, layer, Activation.SILU));
        }
        builder.logits(builder.rmsNorm(x, "output_norm"));
        return builder.build();
    }

    private static void refuseForeignKeys(KeyReader keys) {
        NEUTRAL.forEach((key, neutral) -> {
            if (keys.number(key, neutral) != neutral) {
                throw keys.failure(
                        key, "is " + keys.number(key, neutral) + ", which is not supported", "use another model");
            }
        });
    }
}
