package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Routing;
import java.util.Set;

/**
 * DeepSeek V2 and V3, and models built like them: latent attention, and after a few dense layers experts, of which some serve every token.
 *
 * <p>Sources: DeepSeek-AI 2024, "DeepSeek-V2" and "DeepSeek-V3 Technical Report"; tensor and key names from the GGUF specification.
 */
final class DeepSeek2Architecture implements Architecture {
    private static final int SOFTMAX = 1;
    private static final int SIGMOID = 2;

    @Override
    public String name() {
        return "deepseek2";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(
                keys, Set.of("expert_shared_count", "expert_weights_scale", "rope.scaling.yarn_log_multiplier"));
        if (keys.countOrZero("expert_group_used_count", Hyperparameters.MOST)
                < keys.countOrZero("expert_group_count", Hyperparameters.MOST)) {
            throw keys.failure(
                    "expert_group_used_count",
                    "leaves out groups of experts, which is not supported",
                    "use another model");
        }
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.attention(attention(builder.parts(), keys));
        int shared = keys.countOrZero("expert_shared_count", Hyperparameters.MOST);
        builder.feedForward()
                .weigh(weighing(keys), scale(keys))
                .biasedChoice()
                .denseFirst(
                        keys.countOrZero("leading_dense_block_count", Hyperparameters.MOST),
                        keys.positive("feed_forward_length", Hyperparameters.MOST))
                .sharedExpert(shared * parameters.feedForwardLength(), false);
        return builder.build();
    }

    /** 0 is written where there is none. */
    private static float scale(KeyReader keys) {
        double scale = keys.number("expert_weights_scale", 0);
        return scale == 0 ? 1 : (float) scale;
    }

    private static LatentAttention attention(Parts parts, KeyReader keys) {
        RopeParameters turns = parts.parameters().rope();
        int keySize = keys.optionalPositive("attention.key_length_mla", Hyperparameters.MOST)
                .orElse(parts.parameters().headSize());
        int valueSize = keys.optionalPositive("attention.value_length_mla", Hyperparameters.MOST)
                .orElse(parts.parameters().valueSize());
        if (turns.width() >= keySize || valueSize > keySize) {
            throw keys.failure(
                    "attention.key_length",
                    "is %d for values of %d and %d elements that turn".formatted(keySize, valueSize, turns.width()),
                    "use a file that is not damaged");
        }
        // YaRN's factor is on the scores alone, and stronger than usual.
        Rope rope = turns.rope(Rope.Pairing.INTERLEAVED);
        double sharpness = 1 + turns.logMultiplier() * StrictMath.log(turns.factor());
        return new LatentAttention(
                parts,
                turns.logMultiplier() == 0
                        ? rope
                        : new Rope(rope.pairing(), rope.frequencies(), turns.attentionFactor()),
                (float) (sharpness * sharpness / Math.sqrt(keySize)),
                keys.countOrZero("attention.q_lora_rank", Hyperparameters.MOST),
                keys.positive("attention.kv_lora_rank", Hyperparameters.MOST),
                keySize,
                valueSize);
    }

    private static Routing.Weighing weighing(KeyReader keys) {
        boolean shares = keys.flag("expert_weights_norm");
        int function = keys.countOrZero("expert_gating_func", Hyperparameters.MOST);
        return switch (function) {
            case 0, SOFTMAX -> shares ? Routing.Weighing.CHOSEN : Routing.Weighing.ALL;
            case SIGMOID -> shares ? Routing.Weighing.SIGMOID_SHARE : Routing.Weighing.SIGMOID;
            default ->
                throw keys.failure(
                        "expert_gating_func", "is " + function + ", which is not supported", "use another model");
        };
    }
}
