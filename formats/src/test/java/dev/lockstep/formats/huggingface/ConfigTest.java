package dev.lockstep.formats.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.formats.Metadata;
import dev.lockstep.tensor.Dequantizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a config says in the forms of different years. */
class ConfigTest {
    @TempDir
    private Path folder;

    @Test
    void shouldReadPositionsAsBeforeAndSinceVersion5() throws IOException {
        var old = new DirectoryDraft()
                .config("rope_theta", "500000.0")
                .config(
                        "rope_scaling",
                        "{\"type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 8}");
        var now = new DirectoryDraft()
                .config(
                        "rope_parameters",
                        "{\"rope_theta\": 500000.0, \"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 8}");
        for (var draft : new DirectoryDraft[] {old, now}) {
            open(draft, (_, metadata) -> {
                assertThat(metadata.number("llama.rope.freq_base")).hasValue(500000);
                assertThat(metadata.string("llama.rope.scaling.type")).contains("yarn");
                assertThat(metadata.number("llama.rope.scaling.factor")).hasValue(4);
                assertThat(metadata.integer("llama.rope.scaling.original_context_length"))
                        .hasValue(8);
            });
        }
    }

    @Test
    void shouldStretchLowFrequenciesAsLlama31() throws IOException {
        var draft = new DirectoryDraft()
                .config("head_dim", "8")
                .config("rope_theta", "10000.0")
                .config(
                        "rope_scaling",
                        "{\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0,"
                                + " \"original_max_position_embeddings\": 128}");
        open(draft, (model, _) -> {
            float[] divisors = new float[4];
            Dequantizer.dequantizeRow(model.tensors().get("rope_freqs.weight"), 0, divisors, 0);
            // Wavelengths 6.28, 62.8, 628 and 6283 of 128 positions: as trained, in the ramp, and stretched.
            double kept = (128 / (2 * Math.PI * 10) - 1) / 3;
            assertThat(divisors[0]).isEqualTo(1);
            assertThat((double) divisors[1]).isCloseTo(1 / ((1 - kept) / 8 + kept), within(1e-5));
            assertThat(divisors[2]).isEqualTo(8);
            assertThat(divisors[3]).isEqualTo(8);
        });
    }

    @Test
    void shouldNotGoBeyondAWindowThatAllLayersHave() throws IOException {
        open(
                new DirectoryDraft().config("sliding_window", "8"),
                (_, metadata) ->
                        assertThat(metadata.integer("llama.context_length")).hasValue(8));
        open(
                new DirectoryDraft().config("sliding_window", "null"),
                (_, metadata) ->
                        assertThat(metadata.integer("llama.context_length")).hasValue(16));
    }

    @Test
    void shouldTakeTheLanguageModelOutOfOneThatSees() throws IOException {
        var draft = new DirectoryDraft()
                .file("config.json", "{\"model_type\": \"llava\", \"text_config\": " + DirectoryDraft.CONFIG + "}")
                .tensor("vision_tower.patch.weight", 4, 4)
                .without("model.norm.weight")
                .tensor("language_model.model.norm.weight", 4);
        open(draft, (model, _) -> assertThat(model.tensors()).hasSize(12).containsKey("output_norm.weight"));
    }

    @Test
    void shouldLeaveOutAHeadThatIsTied() throws IOException {
        open(
                new DirectoryDraft().config("tie_word_embeddings", "true"),
                (model, _) -> assertThat(model.tensors()).doesNotContainKey("output.weight"));
    }

    private void open(DirectoryDraft draft, BiConsumer<SafetensorsDirectory, Metadata> test) throws IOException {
        try (var model = SafetensorsDirectory.open(draft.write(folder))) {
            test.accept(model, model.metadata());
        }
    }
}
