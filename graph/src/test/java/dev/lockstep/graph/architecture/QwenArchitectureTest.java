package dev.lockstep.graph.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.GraphPrinter;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QwenArchitectureTest {
    private static final ModelShape TINY = new ModelShape("tiny", 128, 64, 1, 4, 2, 96, 50, 1e-5f, 1e4f, 0, 0, false);
    private static final ModelShape EXPERTS =
            new ModelShape("tiny-experts", 128, 64, 1, 4, 2, 96, 50, 1e-5f, 1e4f, 4, 2, true);

    @Test
    void shouldNormTheHeadsOfQwen3() {
        assertThat(GraphPrinter.print(Architectures.build(qwen("qwen3", TINY, true))))
                .startsWith("graph \"qwen3\" context 128\n")
                .contains("""
                        %5 f32[64] = rms_norm %2 "blk.0.attn_q_norm.weight" F32[16] epsilon 1.0E-5
                        %6 f32[32] = rms_norm %3 "blk.0.attn_k_norm.weight" F32[16] epsilon 1.0E-5
                        """)
                .contains("rope !0 halves")
                .contains("= attention %5 %6 %4 layer 0 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3"})
    void shouldTurnHalvesOfAHeadTogether(String name) {
        assertThat(Architectures.build(qwen(name, TINY, name.equals("qwen3")))
                        .attentions()
                        .getFirst()
                        .rope()
                        .pairing())
                .isEqualTo(Rope.Pairing.HALVES);
    }

    @Test
    void shouldTakeTheWidthOfAnExpertFromItsOwnKey() {
        ModelDescription model = qwen("qwen3moe", EXPERTS, true);
        metadata(model).put("qwen3moe.feed_forward_length", 1000).put("qwen3moe.expert_feed_forward_length", 96);

        assertThat(GraphPrinter.print(Architectures.build(model)))
                .contains("\"blk.0.ffn_gate_exps.weight\" Q8_0[64, 96, 4]");
    }

    @Test
    void shouldRefuseAModelWhoseHeadNormsAreMissing() {
        assertThatThrownBy(() -> Architectures.build(qwen("qwen3", TINY, false)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("blk.0.attn_q_norm.weight: is missing");
    }

    @Test
    void shouldRefuseHeadNormsThatQwen2DoesNotHave() {
        assertThatThrownBy(() -> Architectures.build(qwen("qwen2", TINY, true)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("attn_q_norm.weight: is not known in qwen2 models");
    }

    /** The llama model of that shape under another name. */
    private static ModelDescription qwen(String name, ModelShape shape, boolean headNorms) {
        ModelDescription llama = shape.describe(WeightTypes.Q8_0);
        MetadataMap metadata = new MetadataMap("shape:" + name).put(ModelDescription.ARCHITECTURE_KEY, name);
        for (String key : llama.metadata().keys()) {
            if (key.startsWith("llama.")) {
                String renamed = name + key.substring("llama".length());
                double value = llama.metadata().number(key).orElseThrow();
                if (value == Math.rint(value)) {
                    metadata.put(renamed, (int) value);
                } else {
                    metadata.put(renamed, value);
                }
            }
        }
        Map<String, Weight> weights = new LinkedHashMap<>(llama.weights());
        if (headNorms) {
            for (String norm : new String[] {"blk.0.attn_q_norm.weight", "blk.0.attn_k_norm.weight"}) {
                weights.put(norm, new Weight(norm, TensorType.F32, 16, 1, 1));
            }
        }
        return new ModelDescription(metadata, weights, Map.of());
    }

    private static MetadataMap metadata(ModelDescription model) {
        return (MetadataMap) model.metadata();
    }
}
