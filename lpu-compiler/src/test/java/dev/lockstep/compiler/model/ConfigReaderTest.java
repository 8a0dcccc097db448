package dev.lockstep.compiler.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.FormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
    private static final String SMALL = """
            {"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
             "num_key_value_heads": 2, "intermediate_size": 128, "vocab_size": 100, "max_position_embeddings": 512,
             "tie_word_embeddings": true}""";

    @Test
    void shouldReadADenseModel() {
        ModelSizes sizes = read(SMALL);

        assertThat(sizes.layers()).hasSize(2);
        assertThat(sizes.layers().getFirst().attention())
                .isEqualTo(new AttentionSizes.Grouped(4, 2, 16, Integer.MAX_VALUE));
        assertThat(sizes.layers().getFirst().feedForward()).isEqualTo(FeedForwardSizes.dense(128));
        assertThat(sizes.tied()).isTrue();
        assertThat(sizes.contextLength()).isEqualTo(512);
    }

    @Test
    void shouldReadRoutedExpertsLatentAttentionAndSlidingWindows() {
        ModelSizes deepSeek = read("""
                {"model_type": "deepseek_v3", "hidden_size": 7168, "num_hidden_layers": 4, "num_attention_heads": 128,
                 "num_key_value_heads": 128, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
                 "qk_rope_head_dim": 64, "v_head_dim": 128, "intermediate_size": 18432, "moe_intermediate_size": 2048,
                 "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 3,
                 "n_group": 8, "topk_group": 4, "norm_topk_prob": true, "routed_scaling_factor": 2.5,
                 "vocab_size": 129280}""");
        ModelSizes sliding = read("""
                {"model_type": "gpt_oss", "hidden_size": 2880, "num_hidden_layers": 2, "num_attention_heads": 64,
                 "num_key_value_heads": 8, "head_dim": 64, "intermediate_size": 2880, "num_local_experts": 128,
                 "num_experts_per_tok": 4, "sliding_window": 128, "layer_types": ["sliding_attention", "full_attention"],
                 "vocab_size": 201088}""");

        assertThat(deepSeek.layers().get(2).feedForward().routed()).isFalse();
        assertThat(deepSeek.layers().get(3).feedForward())
                .isEqualTo(new FeedForwardSizes(
                        2048, 256, 8, 2048, false, new Routing(Routing.Scores.SIGMOID, true, 8, 4, 2, true, 2.5)));
        assertThat(deepSeek.layers().getFirst().attention()).isInstanceOf(AttentionSizes.Latent.class);
        assertThat(sliding.layers().get(0).attention().window()).isEqualTo(128);
        assertThat(sliding.layers().get(1).attention().window()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void shouldReadTheGateOfWhatAllTokensUseAndSharesThatDoNotAddUp() {
        ModelSizes qwen = read("""
                {"model_type": "qwen2_moe", "hidden_size": 2048, "num_hidden_layers": 1, "num_attention_heads": 16,
                 "num_key_value_heads": 16, "intermediate_size": 5632, "moe_intermediate_size": 1408,
                 "shared_expert_intermediate_size": 5632, "num_experts": 60, "num_experts_per_tok": 4,
                 "norm_topk_prob": false, "vocab_size": 151936}""");

        assertThat(qwen.layers().getFirst().feedForward())
                .isEqualTo(new FeedForwardSizes(
                        1408, 60, 4, 5632, true, new Routing(Routing.Scores.SOFTMAX, false, 1, 1, 1, false, 1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"hidden_size\": 64 | \"hidden_size\": -1 | hidden_size: is -1",
                "\"hidden_size\": 64 | \"hidden_size\": 4e9 | hidden_size: is",
                "\"hidden_size\": 64 | \"hidden_size\": \"64\" | hidden_size: is",
                "\"hidden_size\": 64, | '' | hidden_size: is missing",
                "\"num_key_value_heads\": 2 | \"num_key_value_heads\": 3 | heads",
                "\"llama\" | \"mamba\" | model_type \"mamba\"",
                "\"model_type\": | \"model_type\" | is not JSON"
            })
    void shouldRefuse(String part, String instead, String sentence) {
        assertThatThrownBy(() -> read(SMALL.replace(part, instead)))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("test.json: ")
                .hasMessageContaining(sentence);
    }

    /** What the makers publish beside these models, as far as it concerns sizes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-2-7b",
                "llama-3.1-8b",
                "mistral-7b",
                "mixtral-8x7b",
                "qwen2.5-7b",
                "qwen3-8b",
                "qwen3-30b-a3b",
                "gpt-oss-20b",
                "deepseek-v3"
            })
    void shouldReadTheSizesThatPresetsHave(String name) throws IOException {
        try (var config = getClass().getResourceAsStream("/configs/" + name + ".json")) {
            ModelSizes sizes =
                    ConfigReader.read(name, Objects.requireNonNull(config).readAllBytes());
            ModelSizes preset = ModelPresets.named(name);

            assertThat(sizes.layers()).isEqualTo(preset.layers());
            assertThat(sizes.width()).isEqualTo(preset.width());
            assertThat(sizes.weights()).isEqualTo(preset.weights());
            assertThat(sizes.contextLength()).isEqualTo(preset.contextLength());
        }
    }

    @Test
    void shouldReadTheDecoderOfAModelOfTextAndPictures() {
        assertThat(read("{\"model_type\": \"mistral3\", \"text_config\": " + SMALL + "}"))
                .isEqualTo(read(SMALL));
    }

    @Test
    void shouldFindLayersThatSlideOrAreDense() {
        ModelSizes sizes = read(SMALL.replace(
                "\"num_hidden_layers\": 2,",
                "\"num_hidden_layers\": 4, \"sliding_window\": 8, \"sliding_window_pattern\": 2, \"num_experts\": 4, \"num_experts_per_tok\": 2,"
                        + " \"moe_intermediate_size\": 16, \"decoder_sparse_step\": 2, \"mlp_only_layers\": [3],"));

        assertThat(sizes.layers())
                .extracting(layer -> layer.attention().window())
                .containsExactly(8, Integer.MAX_VALUE, 8, Integer.MAX_VALUE);
        assertThat(sizes.layers())
                .extracting(layer -> layer.feedForward().routed())
                .containsExactly(false, true, false, false);
    }

    @Test
    void shouldRefuseWhatIsNoObject() {
        assertThatThrownBy(() -> read("[1]"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("object");
    }

    private static ModelSizes read(String json) {
        return ConfigReader.read("test.json", json.getBytes(StandardCharsets.UTF_8));
    }
}
