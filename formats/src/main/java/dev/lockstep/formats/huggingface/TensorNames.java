package dev.lockstep.formats.huggingface;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From the names of modules to those of the GGUF specification. */
final class TensorNames {
    private static final Map<String, String> AROUND = Map.of(
            "model.embed_tokens",
            "token_embd",
            "model.norm",
            "output_norm",
            "model.final_layernorm",
            "output_norm",
            "lm_head",
            "output");

    /** Modules of a block as Llama has them, and of blocks with experts. */
    private static final Map<String, String> BLOCK = Map.ofEntries(
            Map.entry("input_layernorm", "attn_norm"),
            Map.entry("post_attention_layernorm", "ffn_norm"),
            Map.entry("self_attn.q_proj", "attn_q"),
            Map.entry("self_attn.k_proj", "attn_k"),
            Map.entry("self_attn.v_proj", "attn_v"),
            Map.entry("self_attn.o_proj", "attn_output"),
            Map.entry("self_attn.q_norm", "attn_q_norm"),
            Map.entry("self_attn.k_norm", "attn_k_norm"),
            Map.entry("mlp.gate_proj", "ffn_gate"),
            Map.entry("mlp.up_proj", "ffn_up"),
            Map.entry("mlp.down_proj", "ffn_down"),
            Map.entry("mlp.gate", "ffn_gate_inp"),
            Map.entry("block_sparse_moe.gate", "ffn_gate_inp"),
            Map.entry("block_sparse_moe.router.layer", "ffn_gate_inp"),
            Map.entry("mlp.shared_expert_gate", "ffn_gate_inp_shexp"),
            Map.entry("mlp.shared_expert.gate_proj", "ffn_gate_shexp"),
            Map.entry("mlp.shared_expert.up_proj", "ffn_up_shexp"),
            Map.entry("mlp.shared_expert.down_proj", "ffn_down_shexp"),
            Map.entry("mlp.shared_experts.gate_proj", "ffn_gate_shexp"),
            Map.entry("mlp.shared_experts.up_proj", "ffn_up_shexp"),
            Map.entry("mlp.shared_experts.down_proj", "ffn_down_shexp"));

    private static final Map<String, String> EXPERT = Map.of(
            "gate_proj", "ffn_gate_exps",
            "up_proj", "ffn_up_exps",
            "down_proj", "ffn_down_exps",
            "w1", "ffn_gate_exps",
            "w3", "ffn_up_exps",
            "w2", "ffn_down_exps");

    private static final Pattern IN_BLOCK = Pattern.compile("model\\.layers\\.(\\d{1,6})\\.(.+)\\.(weight|bias)");
    private static final Pattern OF_EXPERT = Pattern.compile(
            "model\\.layers\\.(\\d{1,6})\\.(?:mlp|block_sparse_moe)\\.experts\\.(\\d{1,6})\\.(\\w+)\\.weight");
    private static final Pattern SELECTION_BIAS =
            Pattern.compile("model\\.layers\\.(\\d{1,6})\\.mlp\\.gate\\.e_score_correction_bias");
    private static final Pattern SINKS = Pattern.compile("model\\.layers\\.(\\d{1,6})\\.self_attn\\.sinks");
    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d{1,6})\\..*");

    private final Map<String, String> others;

    /** @param others modules of a block that are named otherwise, or that only this family has */
    TensorNames(Map<String, String> others) {
        this.others = others;
    }

    /**
     * One matrix of a stack.
     *
     * @param stack name of the stack
     * @param index which of its matrices it is
     */
    record Expert(String stack, int index) {}

    /** The block that a module belongs to. */
    static OptionalInt layer(String module) {
        Matcher layer = LAYER.matcher(module);
        return layer.matches() ? OptionalInt.of(Integer.parseInt(layer.group(1))) : OptionalInt.empty();
    }

    /** The name of a tensor that GGUF files hold alike. */
    Optional<String> of(String module) {
        Matcher inBlock = IN_BLOCK.matcher(module);
        if (inBlock.matches()) {
            String name = others.getOrDefault(inBlock.group(2), BLOCK.get(inBlock.group(2)));
            return Optional.ofNullable(name).map(known -> block(inBlock.group(1)) + known + "." + inBlock.group(3));
        }
        Matcher bias = SELECTION_BIAS.matcher(module);
        if (bias.matches()) {
            return Optional.of(block(bias.group(1)) + "exp_probs_b.bias");
        }
        Matcher sinks = SINKS.matcher(module);
        if (sinks.matches()) {
            return Optional.of(block(sinks.group(1)) + "attn_sinks.weight");
        }
        int dot = module.lastIndexOf('.');
        return dot < 0
                ? Optional.empty()
                : Optional.ofNullable(AROUND.get(module.substring(0, dot))).map(known -> known + module.substring(dot));
    }

    /** The place of an expert's matrix, which GGUF files hold in one tensor with those of the others. */
    static Optional<Expert> expert(String module) {
        Matcher expert = OF_EXPERT.matcher(module);
        if (!expert.matches() || !EXPERT.containsKey(expert.group(3))) {
            return Optional.empty();
        }
        return Optional.of(new Expert(
                block(expert.group(1)) + EXPERT.get(expert.group(3)) + ".weight", Integer.parseInt(expert.group(2))));
    }

    private static String block(String layer) {
        return "blk." + Integer.parseInt(layer) + ".";
    }
}
