package dev.lockstep.graph.architecture;

import java.util.Map;
import java.util.Set;

/** Keys that would change the results of a model, and the values at which they do not. */
final class NeutralKeys {
    private static final Map<String, Double> NEUTRAL = Map.ofEntries(
            Map.entry("attention.clamp_kqv", 0.0),
            Map.entry("attention.max_alibi_bias", 0.0),
            Map.entry("attention.scale", 0.0),
            Map.entry("attention.sliding_window", 0.0),
            Map.entry("attention.temperature_scale", 0.0),
            Map.entry("attn_logit_softcapping", 0.0),
            Map.entry("embedding_scale", 1.0),
            Map.entry("expert_shared_count", 0.0),
            Map.entry("expert_weights_scale", 1.0),
            Map.entry("final_logit_softcapping", 0.0),
            Map.entry("logit_scale", 1.0),
            Map.entry("residual_scale", 1.0),
            Map.entry("rope.scaling.yarn_attn_factor", 1.0),
            Map.entry("rope.scaling.yarn_log_multiplier", 0.0));

    private NeutralKeys() {}

    /**
     * Refuses a model that asks for what its architecture does not do.
     *
     * @param understood the keys that the architecture heeds
     */
    static void refuseOthers(KeyReader keys, Set<String> understood) {
        NEUTRAL.forEach((key, neutral) -> {
            if (!understood.contains(key) && keys.number(key, neutral) != neutral) {
                throw keys.failure(
                        key, "is " + keys.number(key, neutral) + ", which is not supported", "use another model");
            }
        });
    }
}
