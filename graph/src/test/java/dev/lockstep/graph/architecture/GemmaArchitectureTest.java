package dev.lockstep.graph.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.Op;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GemmaArchitectureTest {
    private static ModelDraft gemma(String name, int layers) {
        ModelDraft draft =
                ModelDraft.of(name, new ModelShape("tiny", 128, 64, layers, 4, 2, 96, 50, 1e-5f, 1e4f, 0, 0, true));
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            draft.vector(block + "post_attention_norm.weight", 64).vector(block + "post_ffw_norm.weight", 64);
            if (name.equals("gemma3")) {
                draft.vector(block + "attn_q_norm.weight", 16).vector(block + "attn_k_norm.weight", 16);
            }
        }
        return draft.key("attention.sliding_window", 8);
    }

    @Test
    void shouldNormWhatABlockAddsAndCapScoresAndLogits() {
        assertThat(gemma("gemma2", 1).text())
                .contains("%1 f32[64] = scale %0 by 8.0\n")
                .contains("scale 0.25 rope !0 window 8 cap 50.0\n")
                .contains("""
                        %8 f32[64] = rms_norm %7 "blk.0.post_attention_norm.weight" F32[64] epsilon 1.0E-5
                        %9 f32[64] = add %1 %8
                        """)
                .contains("= gated gelu ")
                .contains("""
                        %15 f32[64] = rms_norm %14 "blk.0.post_ffw_norm.weight" F32[64] epsilon 1.0E-5
                        %16 f32[64] = add %9 %15
                        """)
                .endsWith("= soft_cap %18 cap 30.0\n");
    }

    @Test
    void everyOtherLayerOfGemma2ShouldSeeAll() {
        assertThat(windows(gemma("gemma2", 4))).containsExactly(8, 0, 8, 0);
    }

    @Test
    void everySixthLayerOfGemma3ShouldSeeAllAndTurnSlowly() {
        ModelDraft draft = gemma("gemma3", 7)
                .key("rope.freq_base", 1e6)
                .key("rope.scaling.type", "linear")
                .key("rope.scaling.factor", 8.0);
        List<Op.Attention> attentions = draft.build().attentions();

        assertThat(windows(draft)).containsExactly(8, 8, 8, 8, 8, 0, 8);
        assertThat(attentions.get(0).rope().frequencies().get(1)).isEqualTo(StrictMath.pow(1e4, -1 / 8.0));
        assertThat(attentions.get(5).rope().frequencies().get(1)).isEqualTo(StrictMath.pow(1e6, -1 / 8.0) / 8);
    }

    @Test
    void shouldTakeThePeriodOfWindowsFromTheFile() {
        assertThat(windows(gemma("gemma3", 4).key("attention.sliding_window_pattern", 3)))
                .containsExactly(8, 8, 0, 8);
    }

    /** The largest models scale scores by the width of the embedding over the number of heads, not by that of a head. */
    @ParameterizedTest
    @CsvSource({"gemma2, 46", "gemma3, 62"})
    void theLargestModelsShouldScaleScoresByTheEmbedding(String name, int layers) {
        ModelDraft draft = gemma(name, layers).key("attention.key_length", 32).key("attention.value_length", 32);
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            draft.matrix(block + "attn_q.weight", 64, 128)
                    .matrix(block + "attn_k.weight", 64, 64)
                    .matrix(block + "attn_v.weight", 64, 64)
                    .matrix(block + "attn_output.weight", 128, 64);
            if (name.equals("gemma3")) {
                draft.vector(block + "attn_q_norm.weight", 32).vector(block + "attn_k_norm.weight", 32);
            }
        }
        assertThat(draft.build().attentions()).extracting(Op.Attention::scale).containsOnly(0.25f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma2", "gemma3"})
    void shouldRefuseAModelWithoutNormsAfterItsBlocks(String name) {
        assertThatThrownBy(() ->
                        gemma(name, 1).without("blk.0.post_ffw_norm.weight").build())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("blk.0.post_ffw_norm.weight: is missing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gemma2 | attention.sliding_window   | 0    | is 0, outside of 1 to
            gemma2 | attn_logit_softcapping     | 0.0  | is 0.0, not above 0
            gemma2 | attention.scale            | 0.5  | is 0.5, which is not supported
            gemma3 | attention.sliding_window   | -1   | is -1, outside of 1 to
            gemma3 | attn_logit_softcapping     | 50.0 | is 50.0, which is not supported
            gemma3 | rope.freq_base_swa         | 0.0  | is 0.0, not above 0
            """)
    void shouldNameTheKeyThatMakesNoSense(String name, String key, String value, String message) {
        assertThatThrownBy(() -> gemma(name, 1).keyOf(key, value).build())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(name + "." + key)
                .hasMessageContaining(message);
    }

    private static List<Integer> windows(ModelDraft draft) {
        return draft.build().attentions().stream()
                .map(attention -> attention.scoring().window())
                .toList();
    }
}
