package dev.lockstep.compiler.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelPresetsTest {
    /** Billions of weights as published with the models, all and those that a token uses. */
    @ParameterizedTest
    @CsvSource({
        "llama-2-7b, 6.74, 6.6",
        "llama-2-13b, 13.0, 12.8",
        "llama-2-70b, 69.0, 68.7",
        "llama-3-8b, 8.03, 7.5",
        "llama-3.1-70b, 70.6, 69.5",
        "llama-3.1-405b, 405.8, 403.7",
        "mistral-7b, 7.25, 7.1",
        "mixtral-8x7b, 46.7, 12.8",
        "qwen2.5-72b, 72.7, 71.5",
        "qwen3-235b-a22b, 235, 21.6",
        "gpt-oss-120b, 116.8, 5.13",
        "deepseek-v2-lite, 15.7, 2.4",
        "deepseek-v3, 671, 37"
    })
    void shouldHaveAsManyWeightsAsPublished(String name, double all, double used) {
        ModelSizes sizes = ModelPresets.named(name);

        assertThat(sizes.weights() / 1e9).isCloseTo(all, within(0.02 * all));
        assertThat(sizes.weightsUsed() / 1e9).isCloseTo(used, within(0.03 * used));
    }

    @Test
    void shouldNameAllPresetsWhereThereIsNone() {
        assertThatThrownBy(() -> ModelPresets.named("llama-9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("llama-9")
                .hasMessageContaining("deepseek-v3");
    }

    @Test
    void shouldCountTheCacheOfOnePosition() {
        assertThat(ModelPresets.named("llama-2-70b").cacheBytesPerPosition()).isEqualTo(327_680);
        assertThat(ModelPresets.named("deepseek-v3").cacheBytesPerPosition()).isEqualTo(61L * 2 * (512 + 64));
    }
}
