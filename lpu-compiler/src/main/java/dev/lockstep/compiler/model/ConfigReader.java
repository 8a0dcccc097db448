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
    /** Decoders of gated networks, whose configs say with these keys how large they are. */
    private static final Set<String> KNOWN = Set.of(
            "cohere",
            "cohere2",
            "deepseek_v2",
            "deepseek_v3",
            "ernie4_5",
            "ernie4_5_moe",
            "exaone4",
            "gemma",
            "gemma2",
            "gemma3_text",
            "glm4",
            "glm4_moe",
            "gpt_oss",
            "granite",
            "granitemoe",
            "llama",
            "mistral",
            "mixtral",
            "olmo2",
            "olmo3",
            "olmoe",
            "phi3",
            "qwen2",
            "qwen2_moe",
            "qwen3",
            "qwen3_moe",
            "seed_oss",
            "smollm3",
            "stablelm");

    /** Where a model of text and pictures keeps the sizes of its decoder. */
    private static final String TEXT = "text_config";

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
        JsonNode text = config.path(TEXT);
        return new ConfigReader(origin, text.isObject() ? text : config).sizes();
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
                    optional("q_lora_rank", 0),
                    positive("kv_lora_rank"),
                    positive("qk_nope_head_dim"),
                    positive("qk_rope_head_dim"),
                    positive("v_head_dim"));
        }
        int headSize = optional("head_dim", width / heads);
        int window = slides(layer) ? positive("sliding_window") : Integer.MAX_VALUE;
        return new AttentionSizes.Grouped(heads, optional("num_key_value_heads", heads), headSize, window);
    }

    /** Whether a layer sees the last positions only: said layer by layer, or, in older configs, for all of them. */
    private boolean slides(int layer) {
        JsonNode types = config.path("layer_types");
        if (types.isArray()) {
            return "sliding_attention".equals(types.path(layer).asString(""));
        }
        // Of every so many layers the last one sees all.
        int pattern =
                "gemma2".equals(config.path("model_type").asString("")) ? 2 : optionalOrZero("sliding_window_pattern");
        if (pattern > 0 && (layer + 1) % pattern == 0) {
            return false;
        }
        JsonNode window = config.path("sliding_window");
        return !window.isMissingNode()
                && !window.isNull()
                && config.path("use_sliding_window").asBoolean(true)
                && layer >= optionalOrZero("max_window_layers");
    }

    /** Layers without experts are the first ones, some that are listed, or all but every so many. */
    private boolean dense(int layer) {
        if (layer < firstOf("first_k_dense_replace", "moe_layer_start_index")) {
            return true;
        }
        for (JsonNode listed : config.path("mlp_only_layers")) {
            if (listed.asInt(-1) == layer) {
                return true;
            }
        }
        int step = Math.max(1, firstOf("decoder_sparse_step", "moe_layer_freq", "moe_layer_interval"));
        return (layer + 1) % step != 0;
    }

    private FeedForwardSizes feedForward(int layer) {
        int experts = firstOf("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts");
        if (experts == 0 || dense(layer)) {
            return FeedForwardSizes.dense(positive("intermediate_size"));
        }
        int hidden = optional("moe_intermediate_size", positive("intermediate_size"));
        // Only those who give it a width of its own gate it.
        boolean sharedGate = config.has("shared_expert_intermediate_size");
        int shared = sharedGate
                ? positive("shared_expert_intermediate_size")
                : hidden * firstOf("n_shared_experts", "moe_num_shared_experts");
        int used = firstOf("num_experts_per_tok", "experts_per_token", "moe_k");
        return new FeedForwardSizes(hidden, experts, Math.max(1, used), shared, sharedGate, routing());
    }

    /** Only some families say how experts are chosen; those of GLM are those of DeepSeek-V3. */
    private Routing routing() {
        boolean sigmoid = switch (config.path("model_type").asString("")) {
            case "deepseek_v3", "glm4_moe" -> true;
            default -> false;
        };
        boolean latest = sigmoid || config.has("topk_method");
        boolean grouped = sigmoid
                || "group_limited_greedy".equals(config.path("topk_method").asString(""));
        return new Routing(
                sigmoid ? Routing.Scores.SIGMOID : Routing.Scores.SOFTMAX,
                sigmoid,
                grouped ? optional("n_group", 1) : 1,
                grouped ? optional("topk_group", 1) : 1,
                sigmoid ? 2 : 1,
                config.path("norm_topk_prob").asBoolean(!latest),
                latest ? config.path("routed_scaling_factor").asDouble(1) : 1);
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
