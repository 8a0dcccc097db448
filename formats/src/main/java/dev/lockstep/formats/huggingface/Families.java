package dev.lockstep.formats.huggingface;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Every {@code model_type} that is understood.
 *
 * <p>Source: the configuration classes and modules of Hugging Face's transformers, by their names.
 */
final class Families {
    private static final String GELU_TANH = "gelu_pytorch_tanh";
    private static final Map<String, String> POST_NORMS =
            Map.of("post_attention_layernorm", "post_attention_norm", "post_feedforward_layernorm", "post_ffw_norm");
    private static final Map<String, String> FOUR_NORMS = Map.of(
            "post_attention_layernorm", "post_attention_norm",
            "pre_feedforward_layernorm", "ffn_norm",
            "post_feedforward_layernorm", "post_ffw_norm");
    private static final Map<String, String> DEEPSEEK = Map.of(
            "self_attn.q_a_proj", "attn_q_a",
            "self_attn.q_a_layernorm", "attn_q_a_norm",
            "self_attn.q_b_proj", "attn_q_b",
            "self_attn.kv_a_proj_with_mqa", "attn_kv_a_mqa",
            "self_attn.kv_a_layernorm", "attn_kv_a_norm",
            "self_attn.kv_b_proj", "attn_kv_b");

    private static final List<Family> ALL = List.of(
            Family.of("llama", "llama", Settings::contextOfTheWindow).turningHalves(),
            Family.of("mistral", "llama", Settings::contextOfTheWindow).turningHalves(),
            Family.of("mixtral", "llama", Settings::contextOfTheWindow).turningHalves(),
            Family.of("qwen2", "qwen2", Settings::contextOfTheWindow),
            Family.of(
                    "qwen2_moe",
                    "qwen2moe",
                    Settings::contextOfTheWindow,
                    Settings::sharedExpert,
                    Settings::expertsInAll),
            Family.of("qwen3", "qwen3", Settings::contextOfTheWindow),
            Family.of(
                    "qwen3_moe",
                    "qwen3moe",
                    Settings::contextOfTheWindow,
                    Settings::weighsChosen,
                    Settings::expertsInAll),
            Family.of("gemma", "gemma").addingOneToGains().activatedBy("gelu", GELU_TANH),
            Family.of("gemma2", "gemma2", Settings::window, Settings::caps, Settings::queryScale)
                    .addingOneToGains()
                    .activatedBy(GELU_TANH)
                    .naming(FOUR_NORMS),
            Family.of("gemma3_text", "gemma3", Settings::window, Settings::caps, Settings::queryScale)
                    .addingOneToGains()
                    .activatedBy(GELU_TANH)
                    .naming(FOUR_NORMS),
            Family.of("phi3", "phi3", Settings::window)
                    .naming(Map.of("self_attn.qkv_proj", "attn_qkv", "mlp.gate_up_proj", "ffn_up")),
            Family.of("granite", "granite", Settings::multipliers).turningHalves(),
            Family.of("granitemoe", "granitemoe", Settings::multipliers).turningHalves(),
            Family.of("olmo2", "olmo2").naming(POST_NORMS),
            Family.of("olmo3", "olmo2", Settings::window).naming(POST_NORMS),
            Family.of("olmoe", "olmoe", Settings::weighsAll),
            Family.of("smollm3", "smollm3", Settings::everyFourthWithoutPositions)
                    .turningHalves(),
            Family.of("starcoder2", "starcoder2", Settings::contextOfTheWindow)
                    .activatedBy(GELU_TANH)
                    .naming(Map.of("mlp.c_fc", "ffn_up", "mlp.c_proj", "ffn_down")),
            Family.of("phi", "phi2")
                    .activatedBy("gelu_new", GELU_TANH)
                    .naming(Map.of("self_attn.dense", "attn_output", "mlp.fc1", "ffn_up", "mlp.fc2", "ffn_down")),
            Family.of("stablelm", "stablelm", Settings::parallelResidual),
            Family.of("ernie4_5", "ernie4_5"),
            Family.of("seed_oss", "seed_oss").naming(Map.of("post_attention_layernorm", "post_attention_norm")),
            Family.of("exaone4", "exaone4", Settings::window).naming(POST_NORMS),
            Family.of("glm4", "glm4")
                    .naming(Map.of(
                            "post_self_attn_layernorm", "post_attention_norm",
                            "post_mlp_layernorm", "post_ffw_norm",
                            "mlp.gate_up_proj", "ffn_up")),
            Family.of("cohere", "command-r", Settings::logitScale),
            Family.of("gpt_oss", "gpt-oss", Settings::window)
                    .naming(Map.of(
                            "post_attention_layernorm", "post_attention_norm",
                            "mlp.router", "ffn_gate_inp")),
            Family.of("deepseek_v2", "deepseek2", Settings::latentAttention, Settings::routedExperts)
                    .naming(DEEPSEEK),
            Family.of("deepseek_v3", "deepseek2", Settings::latentAttention, Settings::routedExperts)
                    .naming(DEEPSEEK));

    private Families() {}

    /** The family of a config. */
    static Family of(JsonFile config) {
        String type = config.string("model_type")
                .orElseThrow(() -> config.failure("model_type", "is missing", "use the directory of a language model"));
        return ALL.stream()
                .filter(family -> family.type().equals(type))
                .findFirst()
                .orElseThrow(() -> config.failure(
                        "model_type",
                        "is \"" + type + "\", which is not supported",
                        "use a model of "
                                + ALL.stream().map(Family::type).sorted().collect(Collectors.joining(", "))
                                + ", or a GGUF file"));
    }
}
