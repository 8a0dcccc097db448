package dev.lockstep.graph.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.Rope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QwenArchitectureTest {
    private static final ModelShape TINY = new ModelShape("tiny", 128, 64, 1, 4, 2, 96, 50, 1e-5f, 1e4f, 0, 0, false);
    private static final ModelShape EXPERTS =
            new ModelShape("tiny-experts", 128, 64, 1, 4, 2, 96, 50, 1e-5f, 1e4f, 4, 2, true);

    @Test
    void shouldNormTheHeadsOfQwen3() {
        assertThat(qwen("qwen3", TINY, true).text())
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
        assertThat(qwen(name, TINY, name.equals("qwen3"))
                        .build()
                        .attentions()
                        .getFirst()
                        .rope()
                        .pairing())
                .isEqualTo(Rope.Pairing.HALVES);
    }

    @Test
    void shouldTakeTheWidthOfAnExpertFromItsOwnKey() {
        ModelDraft draft =
                qwen("qwen3moe", EXPERTS, true).key("feed_forward_length", 1000).key("expert_feed_forward_length", 96);

        assertThat(draft.text()).contains("\"blk.0.ffn_gate_exps.weight\" Q8_0[64, 96, 4]");
    }

    @Test
    void shouldRefuseAModelWhoseHeadNormsAreMissing() {
        assertThatThrownBy(() -> qwen("qwen3", TINY, false).build())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("blk.0.attn_q_norm.weight: is missing");
    }

    @Test
    void shouldRefuseHeadNormsThatQwen2DoesNotHave() {
        assertThatThrownBy(() -> qwen("qwen2", TINY, true).build())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("attn_q_norm.weight: is not known in qwen2 models");
    }

    private static ModelDraft qwen(String name, ModelShape shape, boolean headNorms) {
        ModelDraft draft = ModelDraft.of(name, shape);
        return headNorms ? draft.vector("blk.0.attn_q_norm.weight", 16).vector("blk.0.attn_k_norm.weight", 16) : draft;
    }
}
