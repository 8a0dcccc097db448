package dev.lockstep.formats.huggingface;

import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What single families say in their config, and the keys of GGUF that mean the same. */
final class Settings {
    private static final String USE_ANOTHER = "use another model";
    private static final int SOFTMAX = 1;
    private static final int SIGMOID = 2;

    private Settings() {}

    /** What every family says. */
    static void common(Keys keys, Family family) {
        JsonFile config = keys.config();
        keys.put("context_length", config.requireInteger("max_position_embeddings"));
        keys.put("embedding_length", config.requireInteger("hidden_size"));
        keys.put("block_count", config.requireInteger("num_hidden_layers"));
        keys.put("feed_forward_length", config.requireInteger("intermediate_size"));
        keys.put("attention.head_count", config.requireInteger("num_attention_heads"));
        keys.integer("attention.head_count_kv", "num_key_value_heads");
        keys.number("attention.layer_norm_rms_epsilon", "rms_norm_eps");
        keys.number("attention.layer_norm_epsilon", "layer_norm_eps", "norm_epsilon", "layer_norm_epsilon");
        if (config.requireInteger("num_attention_heads") == 0) {
            throw config.failure("num_attention_heads", "is 0", "download the model again");
        }
        if (!config.has("kv_lora_rank")) {
            keys.put("attention.key_length", headSize(config));
            keys.put("attention.value_length", headSize(config));
        }
        keys.integer("expert_count", "num_local_experts", "num_experts", "n_routed_experts");
        keys.integer("expert_used_count", "num_experts_per_tok", "experts_per_token");
        keys.integer("expert_feed_forward_length", "moe_intermediate_size");
        String function = config.string("hidden_activation")
                .or(() -> config.string("hidden_act"))
                .orElse("silu");
        if (!family.activations().contains(function)) {
            throw config.failure("hidden_act", "is \"" + function + "\", which is not supported", USE_ANOTHER);
        }
    }

    /** Elements of a head of queries or keys. */
    static long headSize(JsonFile config) {
        return config.integer("head_dim")
                .orElseGet(() -> config.requireInteger("hidden_size") / config.requireInteger("num_attention_heads"));
    }

    /** Where every layer has a window, a context of its length never leaves it. */
    static void contextOfTheWindow(Keys keys) {
        JsonFile config = keys.config();
        long window = config.integer("sliding_window").orElse(0);
        if (window > 0 && config.flag("use_sliding_window", true)) {
            keys.put("context_length", Math.min(window, config.requireInteger("max_position_embeddings")));
        }
    }

    /** A window in the layers that the config names, if they are the first of every period. */
    static void window(Keys keys) {
        JsonFile config = keys.config();
        keys.integer("attention.sliding_window", "sliding_window");
        JsonNode types = config.get("layer_types");
        if (types.isArray() && config.has("sliding_window")) {
            keys.put("attention.sliding_window_pattern", period(config, types));
        } else {
            keys.integer("attention.sliding_window_pattern", "sliding_window_pattern");
        }
    }

    private static long period(JsonFile config, JsonNode types) {
        for (int period = 1; period <= types.size() + 1; period++) {
            if (repeats(types, period)) {
                return period;
            }
        }
        throw config.failure("layer_types", "has windows that no period describes", USE_ANOTHER);
    }

    private static boolean repeats(JsonNode types, int period) {
        for (int layer = 0; layer < types.size(); layer++) {
            boolean limited = types.get(layer).asString("").equals("sliding_attention");
            if (limited != (layer % period < period - 1)) {
                return false;
            }
        }
        return true;
    }

    static void caps(Keys keys) {
        keys.number("attn_logit_softcapping", "attn_logit_softcapping");
        keys.number("final_logit_softcapping", "final_logit_softcapping");
    }

    /** Only the largest models of Gemma scale queries by other than the size of a head, which GGUF files do not say. */
    static void queryScale(Keys keys) {
        JsonFile config = keys.config();
        long size = config.integer("query_pre_attn_scalar").orElse(headSize(config));
        long layers = config.requireInteger("num_hidden_layers");
        boolean largest = layers == 46 || layers == 62;
        long expected = largest
                ? config.requireInteger("hidden_size") / config.requireInteger("num_attention_heads")
                : headSize(config);
        if (size != expected) {
            throw config.failure(
                    "query_pre_attn_scalar", "is " + size + ", only " + expected + " is supported", USE_ANOTHER);
        }
    }

    static void multipliers(Keys keys) {
        keys.number("embedding_scale", "embedding_multiplier");
        keys.number("residual_scale", "residual_multiplier");
        keys.number("attention.scale", "attention_multiplier");
        keys.number("logit_scale", "logits_scaling");
    }

    static void logitScale(Keys keys) {
        keys.number("logit_scale", "logit_scale");
        require(keys.config(), "use_qk_norm", false);
    }

    static void parallelResidual(Keys keys) {
        keys.put("use_parallel_residual", keys.config().flag("use_parallel_residual", false));
        require(keys.config(), "qk_layernorm", false);
    }

    static void everyFourthWithoutPositions(Keys keys) {
        JsonNode turned = keys.config().get("no_rope_layers");
        for (int layer = 0; layer < turned.size(); layer++) {
            if (turned.get(layer).asInt(1) != (layer % 4 == 3 ? 0 : 1)) {
                throw keys.config().failure("no_rope_layers", "leaves out others than every fourth layer", USE_ANOTHER);
            }
        }
        require(keys.config(), "use_sliding_window", false);
    }

    static void sharedExpert(Keys keys) {
        keys.integer("expert_shared_feed_forward_length", "shared_expert_intermediate_size");
        require(keys.config(), "norm_topk_prob", false);
    }

    static void weighsAll(Keys keys) {
        require(keys.config(), "norm_topk_prob", false);
    }

    static void weighsChosen(Keys keys) {
        if (!keys.config().flag("norm_topk_prob", false)) {
            throw keys.config().failure("norm_topk_prob", "is false, which is not supported", USE_ANOTHER);
        }
    }

    static void expertsInAll(Keys keys) {
        boolean some = keys.config().integer("decoder_sparse_step").orElse(1) != 1
                || !keys.config().get("mlp_only_layers").isEmpty();
        if (some) {
            throw keys.config()
                    .failure("mlp_only_layers", "leaves layers without experts, which is not supported", USE_ANOTHER);
        }
    }

    static void latentAttention(Keys keys) {
        JsonFile config = keys.config();
        long turned = config.requireInteger("qk_rope_head_dim");
        keys.put("attention.key_length", config.requireInteger("qk_nope_head_dim") + turned);
        keys.put("attention.value_length", config.requireInteger("v_head_dim"));
        keys.put("rope.dimension_count", turned);
        keys.integer("attention.q_lora_rank", "q_lora_rank");
        keys.put("attention.kv_lora_rank", config.requireInteger("kv_lora_rank"));
        if (!config.flag("rope_interleave", true)) {
            throw config.failure("rope_interleave", "is false, which is not supported", USE_ANOTHER);
        }
    }

    static void routedExperts(Keys keys) {
        JsonFile config = keys.config();
        boolean second = config.string("model_type").orElse("").equals("deepseek_v2");
        String method = config.string("topk_method").orElse(second ? "greedy" : "noaux_tc");
        if (!Set.of("greedy", "noaux_tc", "group_limited_greedy").contains(method)) {
            throw config.failure("topk_method", "is \"" + method + "\", which is not supported", USE_ANOTHER);
        }
        String scoring = config.string("scoring_func").orElse(second ? "softmax" : "sigmoid");
        keys.put("expert_gating_func", (long) (scoring.equals("sigmoid") ? SIGMOID : SOFTMAX));
        keys.put("expert_weights_norm", config.flag("norm_topk_prob", !second));
        keys.number("expert_weights_scale", "routed_scaling_factor");
        keys.integer("expert_shared_count", "n_shared_experts");
        keys.integer("leading_dense_block_count", "first_k_dense_replace");
        if (!method.equals("greedy")) {
            keys.integer("expert_group_count", "n_group");
            keys.integer("expert_group_used_count", "topk_group");
        }
        if (config.integer("moe_layer_freq").orElse(1) != 1) {
            throw config.failure("moe_layer_freq", "is not 1", USE_ANOTHER);
        }
    }

    private static void require(JsonFile config, String key, boolean value) {
        if (config.flag(key, value) != value) {
            throw config.failure(key, "is " + !value + ", which is not supported", USE_ANOTHER);
        }
    }
}
