package dev.lockstep.compiler.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufSizesTest {
    @ParameterizedTest
    @ValueSource(strings = {"tinyllama-1.1b", "llama-2-7b", "mixtral-8x7b"})
    void shouldReadFromTensorsWhatPresetsSay(String name) {
        ModelSizes sizes = GgufSizes.of(ModelShape.named(name).describe(WeightTypes.F16));
        ModelSizes preset = ModelPresets.named(name);

        assertThat(sizes.layers()).isEqualTo(preset.layers());
        assertThat(sizes.weights()).isEqualTo(preset.weights());
        assertThat(sizes.contextLength()).isEqualTo(preset.contextLength());
    }
}
