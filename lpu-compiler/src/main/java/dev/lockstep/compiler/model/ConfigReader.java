package dev.lockstep.compiler.model;

import dev.lockstep.formats.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sizes from the {@code config.json} of a Hugging Face repository. */
public final class ConfigReader {
    private static final int MOST = 1 << 24;
    private static final Set<String> KNOWN = Set.of(
            "llama",
            "mistral",
            "mixtral",
            "qwen2",
            "qwen3",
            "qwen2_moe",
            "qwen3_moe",
            "gpt_oss",
            "deepseek_v2",
            "deepseek_v3");

    private final String origin;
    private final JsonNode config;

    private ConfigReader(String origin, JsonNode config) {
        this.origin = origin;
        this.config = config;
    }

    /**
     * @param origin where the bytes come from, for messages
     * @throws FormatException if the file is not such a config, or of a model whose sizes are not understood
     */
    public static ModelSizes read(String origin, byte[] json) {
        JsonNode config;
        try {
            config = JsonMapper.shared().readTree(new String(json, StandardCharsets.UTF_8));
        } catch (JacksonException wrong) {
            throw new FormatException(
                    origin + ": is not JSON (" + wrong.getOriginalMessage() + "); give a config.json");
        }
        if (!config.isObject()) {
            throw new FormatException(origin + ": is not a JSON object; give the config.json of a model");
        }
        return new ConfigReader(origin, config).sizes();
    }

    private ModelSizes sizes() {
        String type = config.path("model_type").asString("");
        if (!KNOWN.contains(type)) {
            throw new FormatException(origin + ": model_type \"" + type + "\" is not one whose sizes are understood ("
                    + String.join(", ", KNOWN.stream().sorted().toList()) + "); use another model");
        }
        int width = positive("hidden_size");
        int count = positive("num_hidden_layers");
        List<LayerSizes> layers = new ArrayList<>();
        for (int layer = 0; layer < count; layer++) {
            try {
                layers.add(new LayerSizes(attention(width, layer), feedForward(layer)));
            } catch (IllegalArgumentException wrong) {
                throw new FormatException(origin + ": " + wrong.getMessage() + "; use a config that is not damaged");
            }
        }
        return new ModelSizes(
                name(type),
                width,
                layers,
                positive("vocab_size"),
                optional("max_position_embeddings", 4096),
                config.path("tie_word_embeddings").asBoolean(false));
    }

    private String name(String type) {
        String path = config.path("_name_or_path").asString("");
        return path.isBlank() ? type : path.substring(path.lastIndexOf('/') + 1);
    }

    private AttentionSizes attention(int width, int layer) {
        int heads = positive("num_attention_heads");
        if (config.has("kv_lora_rank")) {
            return new AttentionSizes.Latent(
                    heads,
                    optional("q_lora_rank", width),
                    positive("kv_lora_rank"),
                    positive("qk_nope_head_dim"),
                    positive("qk_rope_head_dim"),
                    positive("v_head_dim"));
        }
        int headSize = optional("head_dim", width / heads);
        boolean slides = "sliding_attention"
                .equals(config.path("layer_types").path(layer).asString(""));
        int window = slides ? positive("sliding_window") : Integer.MAX_VALUE;
        return new AttentionSizes.Grouped(heads, optional("num_key_value_heads", heads), headSize, window);
    }

    private FeedForwardSizes feedForward(int layer) {
        int experts = firstOf("num_local_experts", "num_experts", "n_routed_experts");
        if (experts == 0 || layer < optionalOrZero("first_k_dense_replace")) {
            return FeedForwardSizes.dense(positive("intermediate_size"));
        }
        int hidden = optional("moe_intermediate_size", positive("intermediate_size"));
        int shared = config.has("shared_expert_intermediate_size")
                ? positive("shared_expert_intermediate_size")
                : hidden * optionalOrZero("n_shared_experts");
        int used = firstOf("num_experts_per_tok", "experts_per_token");
        return new FeedForwardSizes(hidden, experts, Math.max(1, used), shared);
    }

    private int firstOf(String... keys) {
        for (String key : keys) {
            int value = optionalOrZero(key);
            if (value > 0) {
                return value;
            }
        }
        return 0;
    }

    private int positive(String key) {
        JsonNode value = config.path(key);
        if (value.isMissingNode() || value.isNull()) {
            throw new FormatException(origin + ": " + key + ": is missing; give the config.json of a language model");
        }
        if (!value.isInt() || value.asInt() < 1 || value.asInt() > MOST) {
            throw new FormatException(
                    origin + ": " + key + ": is " + value + ", must be between 1 and " + MOST + "; use another config");
        }
        return value.asInt();
    }

    private int optional(String key, int otherwise) {
        JsonNode value = config.path(key);
        return value.isMissingNode() || value.isNull() ? otherwise : positive(key);
    }

    private int optionalOrZero(String key) {
        JsonNode value = config.path(key);
        return value.isInt() && value.asInt() == 0 ? 0 : optional(key, 0);
    }
}
