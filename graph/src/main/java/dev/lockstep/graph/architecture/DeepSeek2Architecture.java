package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.HashSet;
import java.util.Set;

/**
 * DeepSeek V2 and V3, and models built like them: latent attention, and after a few dense layers experts, of which some serve every token.
 *
 * <p>Sources: DeepSeek-AI 2024, "DeepSeek-V2" and "DeepSeek-V3 Technical Report"; tensor and key names from the GGUF specification.
 */
final class DeepSeek2Architecture implements Architecture {
    @Override
    public String name() {
        return "deepseek2";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        Set<String> heeded = new HashSet<>(ExpertKeys.HEEDED);
        heeded.add("rope.scaling.yarn_log_multiplier");
        NeutralKeys.refuseOthers(keys, heeded);
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.attention(attention(builder.parts(), keys));
        ExpertKeys.apply(keys, parameters, builder.feedForward(), ExpertKeys.SOFTMAX);
        return builder.build();
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
}
