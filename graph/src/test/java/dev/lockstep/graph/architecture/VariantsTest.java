package dev.lockstep.graph.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What distinguishes the graphs of single architectures, and what their builders refuse; logits are those of {@code GoldenModelsTest}. */
class VariantsTest {
    private static ModelShape shape(int layers, int experts) {
        return new ModelShape("tiny", 128, 64, layers, 4, 2, 96, 50, 1e-5f, 1e4f, experts, experts / 2, true);
    }

    private static ModelDraft gptOss() {
        ModelDraft draft = ModelDraft.of("gpt-oss", shape(2, 4)).key("attention.sliding_window", 8);
        for (int layer = 0; layer < 2; layer++) {
            String block = "blk." + layer + ".";
            draft.without(block + "ffn_norm.weight")
                    .vector(block + "post_attention_norm.weight", 64)
                    .vector(block + "attn_sinks.weight", 4)
                    .vectors(block + "ffn_gate_exps.bias", 96, 4)
                    .vectors(block + "ffn_up_exps.bias", 96, 4)
                    .vectors(block + "ffn_down_exps.bias", 64, 4);
        }
        return draft;
    }

    @Test
    void gptOssShouldHaveSinksWindowsAndBiasedExperts() {
        assertThat(gptOss().text())
                .contains("window 8 sinks \"blk.0.attn_sinks.weight\" F32[4]\n")
                .contains("rope !0 sinks \"blk.1.attn_sinks.weight\" F32[4]\n")
                .containsPattern("(%\\d+) f32\\[192] = expert_linear .* \"blk.0.ffn_gate_exps.weight\".*\n"
                        + ".* = expert_bias \\1 %\\d+ \"blk.0.ffn_gate_exps.bias\" F32\\[96, 4]\n")
                .contains("= gated swiglu_oai ");
    }

    @Test
    void gptOssShouldNotRunWithoutSinks() {
        assertRefused(gptOss().without("blk.1.attn_sinks.weight"), "blk.1.attn_sinks.weight: is missing");
    }

    private static ModelDraft qwen2Moe() {
        return ModelDraft.of("qwen2moe", shape(1, 4))
                .key("expert_shared_feed_forward_length", 48)
                .vector("blk.0.ffn_gate_inp_shexp.weight", 64)
                .matrix("blk.0.ffn_gate_shexp.weight", 64, 48)
                .matrix("blk.0.ffn_up_shexp.weight", 64, 48)
                .matrix("blk.0.ffn_down_shexp.weight", 48, 64);
    }

    @Test
    void qwen2MoeShouldWeighAmongAllAndGateTheSharedExpert() {
        assertThat(qwen2Moe().text()).contains("used 2 weights all\n").contains("= row_gate ");
        assertRefused(qwen2Moe().without("blk.0.ffn_gate_inp_shexp.weight"), "ffn_gate_inp_shexp.weight: is missing");
    }

    @Test
    void stableLmShouldReadOneNormTwiceIfItsBlocksAreParallel() {
        ModelDraft draft = ModelDraft.of("stablelm", shape(1, 0)).without("blk.0.ffn_norm.weight");

        assertRefused(draft, "blk.0.ffn_norm.weight: is missing");
        assertThat(draft.key("use_parallel_residual", true).text())
                .contains("= linear %1 \"blk.0.attn_q.weight\"")
                .contains("= linear %1 \"blk.0.ffn_up.weight\"");
    }

    @Test
    void cohere2ShouldTurnOnlyInLayersWithAWindow() {
        ModelDraft draft = ModelDraft.of("cohere2", shape(4, 0))
                .key("attention.sliding_window", 8)
                .key("logit_scale", 0.5);
        for (int layer = 0; layer < 4; layer++) {
            draft.without("blk." + layer + ".ffn_norm.weight");
        }
        List<Op.Attention> attentions = draft.build().attentions();

        assertThat(attentions)
                .extracting(attention -> attention.scoring().window())
                .containsExactly(8, 8, 8, 0);
        assertThat(attentions)
                .extracting(attention -> attention.rope() == Rope.NONE)
                .containsExactly(false, false, false, true);
        assertThat(draft.text()).endsWith(" by 0.5\n");
    }

    @Test
    void mistral3ShouldGrowQueriesAndTakeYarnsFactorBack() {
        ModelDraft draft = ModelDraft.of("mistral3", shape(1, 0))
                .key("rope.scaling.type", "yarn")
                .key("rope.scaling.factor", 16.0)
                .key("rope.scaling.original_context_length", 16)
                .key("rope.scaling.yarn_log_multiplier", 1.0)
                .key("attention.temperature_scale", 0.1);
        Rope rope = draft.build().attentions().getFirst().rope();

        assertThat(rope.magnitude()).isEqualTo(1);
        assertThat(rope.growth()).contains(new Rope.Growth(0.1, 16));
        assertThat(rope.growth().orElseThrow().at(15)).isEqualTo(1);
        assertThat(rope.growth().orElseThrow().at(32)).isEqualTo((float) (1 + 0.1 * Math.log(3)));
    }

    private static ModelDraft deepSeek() {
        return ModelDraft.of("deepseek2", shape(1, 0))
                .key("attention.key_length", 24)
                .key("attention.value_length", 16)
                .key("attention.kv_lora_rank", 32)
                .key("rope.dimension_count", 8)
                .without("blk.0.attn_k.weight")
                .without("blk.0.attn_v.weight")
                .matrix("blk.0.attn_q.weight", 64, 96)
                .matrix("blk.0.attn_kv_a_mqa.weight", 64, 40)
                .vector("blk.0.attn_kv_a_norm.weight", 32)
                .matrix("blk.0.attn_kv_b.weight", 32, 128);
    }

    @Test
    void deepSeekShouldMakeKeysAndValuesOfALatentRow() {
        assertThat(deepSeek().text())
                .contains("weave heads 4 piece %2 from 16 step 24 length 8 piece %2 from 0 step 24 length 16\n")
                .contains(" from 0 step 0 length 8 piece %6 from 0 step 32 length 16\n")
                .contains("weave heads 4 piece %6 from 16 step 32 length 16 zeros 8\n")
                .contains(" heads 4 kv_heads 4 head_size 24 ");
        assertRefused(deepSeek().key("attention.value_length", 32), "attention.key_length: is 24 for values of 32");
        assertRefused(deepSeek().key("expert_group_count", 8).key("expert_group_used_count", 4), "leaves out groups");
        assertRefused(deepSeek().without("blk.0.attn_kv_b.weight"), "blk.0.attn_k_b.weight: is missing");
    }

    /** The window of Phi-3 mini is as long as its shorter context. */
    @Test
    void phi3ShouldHaveAWindowOnlyIfTheContextIsLonger() {
        ModelDraft draft = ModelDraft.of("phi3", shape(1, 0))
                .key("attention.sliding_window", 64)
                .without("blk.0.attn_q.weight")
                .without("blk.0.attn_k.weight")
                .without("blk.0.attn_v.weight")
                .without("blk.0.ffn_gate.weight")
                .matrix("blk.0.attn_qkv.weight", 64, 128)
                .matrix("blk.0.ffn_up.weight", 64, 192);

        assertThat(window(Architectures.build(draft.model(), 65))).isEqualTo(64);
        assertThat(window(Architectures.build(draft.model(), 64))).isZero();
    }

    private static int window(Graph graph) {
        return graph.attentions().getFirst().scoring().window();
    }

    @Test
    void glm4MoeShouldLeaveOutLayersThatGuess() {
        ModelDraft draft = ModelDraft.of("glm4moe", shape(2, 4)).key("nextn_predict_layers", 1);
        for (int layer = 0; layer < 2; layer++) {
            String block = "blk." + layer + ".";
            draft.without(block + "ffn_norm.weight").vector(block + "post_attention_norm.weight", 64);
        }
        draft.matrix("blk.1.nextn.eh_proj.weight", 128, 64);

        assertThat(draft.build().attentions()).hasSize(1);
        assertThat(draft.text()).contains("used 2 weights sigmoid\n").doesNotContain("blk.1.");
        assertRefused(draft.key("nextn_predict_layers", 2), "nextn_predict_layers: is 2, all layers");
        assertRefused(draft.key("nextn_predict_layers", 0), "nextn.eh_proj.weight: is not known in glm4moe models");
    }

    @Test
    void gpt2ShouldHaveARowForEveryPosition() {
        ModelDraft draft = ModelDraft.of(
                        "gpt2", new ModelShape("tiny", 32, 64, 1, 4, 4, 96, 50, 1e-5f, 1e4f, 0, 0, true))
                .matrix("position_embd.weight", 64, 32)
                .matrix("blk.0.attn_qkv.weight", 64, 192)
                .vector("blk.0.attn_qkv.bias", 192)
                .without("blk.0.attn_q.weight")
                .without("blk.0.attn_k.weight")
                .without("blk.0.attn_v.weight")
                .without("blk.0.ffn_gate.weight");

        assertThat(draft.text())
                .contains("positions \"position_embd.weight\" F16[64, 32]\n")
                .contains("= bias %4 \"blk.0.attn_qkv.bias(64:128)\" F32[64]\n")
                .contains("= activate gelu ");
        assertRefused(draft.matrix("position_embd.weight", 64, 31), "position_embd.weight: has the shape [64, 31, 1]");
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-oss, attention.sliding_window, -3, 'is -3, outside of 1'",
        "smollm3, attention.sliding_window, 8, 'is 8.0, which is not supported'",
        "glm4, expert_shared_count, 1, 'is 1.0, which is not supported'",
        "qwen2moe, expert_shared_feed_forward_length, 0, 'is 0, outside of 1'",
        "command-r, logit_scale, 0, 'is 0.0, not above 0'",
        "stablelm, use_parallel_residual, 1, 'is a Long, not a Boolean'",
        "mistral3, attention.temperature_scale, NaN, 'is a String, not a Number'"
    })
    void shouldNameTheKeyThatMakesNoSense(String name, String key, String value, String message) {
        assertThatThrownBy(
                        () -> ModelDraft.of(name, shape(1, 0)).keyOf(key, value).build())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(name + "." + key)
                .hasMessageContaining(message);
    }

    private static void assertRefused(ModelDraft draft, String message) {
        assertThatThrownBy(draft::build).isInstanceOf(FormatException.class).hasMessageContaining(message);
    }
}
