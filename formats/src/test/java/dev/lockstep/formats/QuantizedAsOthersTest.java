package dev.lockstep.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Quantizer;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights rounded by ours beside the same weights rounded by llama.cpp. */
class QuantizedAsOthersTest {
    private static final Path MODELS = Path.of("../../shared/conformance/models");

    @BeforeEach
    void needsTheConformancePack() {
        assumeThat(MODELS).isDirectory();
    }

    @Test
    void shouldMakeTheSameBytesOfQ8_0() {
        int compared = 0;
        try (var exact = GgufFile.open(MODELS.resolve("llama_gqa-F32.gguf"));
                var theirs = GgufFile.open(MODELS.resolve("llama_gqa-Q8_0.gguf"))) {
            for (var tensor : theirs.tensors().values()) {
                if (tensor.type() == TensorType.Q8_0) {
                    assertThat(rounded(exact.tensors().get(tensor.name()), TensorType.Q8_0)
                                    .mismatch(tensor.data()))
                            .as(tensor.name())
                            .isEqualTo(-1);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"})
    void shouldLoseNoMore(String name) {
        var type = TensorType.valueOf(name);
        double ours = 0;
        double theirs = 0;
        try (var exact = GgufFile.open(MODELS.resolve("llama_k256-BF16.gguf"));
                var others = GgufFile.open(MODELS.resolve("llama_k256-" + name + ".gguf"))) {
            for (var other : others.tensors().values()) {
                if (other.type() == type) {
                    var tensor = exact.tensors().get(other.name());
                    ours += error(tensor, type, rounded(tensor, type));
                    theirs += error(tensor, type, other.data());
                }
            }
        }
        assertThat(theirs).isPositive();
        assertThat(ours).isLessThanOrEqualTo(theirs);
    }

    private static float[] values(Tensor tensor, TensorType type, MemorySegment data) {
        float[] values = new float[(int) tensor.elements()];
        Dequantizer.dequantize(type, data, 0, values, 0, values.length);
        return values;
    }

    private static MemorySegment rounded(Tensor tensor, TensorType type) {
        float[] values = values(tensor, tensor.type(), tensor.data());
        var target = MemorySegment.ofArray(new byte[(int) type.bytes(values.length)]);
        new Quantizer(type).quantize(values, 0, values.length, target, 0);
        return target;
    }

    private static double error(Tensor tensor, TensorType type, MemorySegment data) {
        float[] x = values(tensor, tensor.type(), tensor.data());
        float[] y = values(tensor, type, data);
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += ((double) x[i] - y[i]) * (x[i] - y[i]);
        }
        return sum;
    }
}
