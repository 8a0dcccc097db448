package dev.lockstep.engine.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.GoldenDirectory;
import dev.lockstep.formats.GgufFile;
import dev.lockstep.formats.GgufValueType;
import dev.lockstep.formats.GgufWriter;
import dev.lockstep.formats.ModelFile;
import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.tensor.Quantizer;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QuantizationTest {
    @TempDir
    private Path temporary = Path.of("");

    /** Everything a directory says has to be in the file, and rows in the order that files have. */
    @ParameterizedTest
    @MethodSource("directories")
    void shouldMakeAFileThatComputesAsItsDirectory(GoldenDirectory directory) throws IOException {
        Path file;
        try (ModelFile model = ModelFiles.open(directory.path())) {
            file = quantize(model, WeightTypes.F32, true);
        }
        try (ModelFile model = ModelFiles.open(file)) {
            assertThat(model.metadata().keys()).noneMatch(key -> key.endsWith("rope.pairing"));
            directory.shouldComputeTheSameLogits(model);
            directory.shouldCutTextsIntoTheSameTokens(model);
            directory.shouldRenderTheSameChat(model);
        }
    }

    private static Stream<GoldenDirectory> directories() {
        return GoldenDirectory.all();
    }

    @Test
    void shouldSpendBitsByRole() throws IOException {
        try (ModelFile model = GgufFile.open(model(8, 256));
                ModelFile rounded = GgufFile.open(quantize(model, WeightTypes.Q4_K_M))) {
            Map<String, Tensor> tensors = rounded.tensors();
            assertThat(tensors.get("output.weight").type()).isEqualTo(TensorType.Q6_K);
            assertThat(tensors.get("token_embd.weight").type()).isEqualTo(TensorType.Q4_K);
            assertThat(tensors.get("blk.0.attn_v.weight").type()).isEqualTo(TensorType.Q6_K);
            assertThat(tensors.get("blk.1.attn_v.weight").type()).isEqualTo(TensorType.Q4_K);
            assertThat(tensors.get("blk.7.ffn_down.weight").type()).isEqualTo(TensorType.Q6_K);
            assertThat(tensors.get("blk.7.ffn_up.weight").type()).isEqualTo(TensorType.Q4_K);
            assertThat(tensors.get("blk.7.ffn_gate_inp.weight").type()).isEqualTo(TensorType.F32);
            assertThat(tensors.get("blk.7.attn_norm.weight").type()).isEqualTo(TensorType.F32);
            assertThat(rounded.metadata().integer("general.file_type")).hasValue(15);
            assertThat(rounded.metadata().integer("general.quantization_version"))
                    .hasValue(2);
            assertThat(rounded.metadata().string("general.name")).hasValue("some");
            assertThat(rounded.metadata().strings("tokenizer.ggml.tokens").orElseThrow())
                    .containsExactly("a", "é", "");
            assertThat(rounded.metadata().integers("of.bytes").orElseThrow()).containsExactly(1, 255);
        }
    }

    @Test
    void shouldKeepTheOutputAtSixBits() throws IOException {
        try (ModelFile model = GgufFile.open(model(1, 256))) {
            for (var types : new WeightTypes[] {WeightTypes.Q4_0, WeightTypes.Q2_K, WeightTypes.Q8_0}) {
                try (ModelFile rounded = GgufFile.open(quantize(model, types))) {
                    assertThat(rounded.tensors().get("output.weight").type())
                            .isEqualTo(types == WeightTypes.Q8_0 ? TensorType.Q8_0 : TensorType.Q6_K);
                    assertThat(rounded.tensors().get("token_embd.weight").type().toString())
                            .isEqualTo(types.toString());
                }
            }
        }
    }

    @Test
    void shouldTakeTypesThatFitRowsWithoutWholeBlocks() throws IOException {
        try (ModelFile model = GgufFile.open(model(1, 96));
                ModelFile rounded = GgufFile.open(quantize(model, WeightTypes.Q4_K_M))) {
            assertThat(rounded.tensors().get("blk.0.ffn_up.weight").type()).isEqualTo(TensorType.Q8_0);
        }
        try (ModelFile model = GgufFile.open(model(1, 40));
                ModelFile rounded = GgufFile.open(quantize(model, WeightTypes.Q4_0))) {
            assertThat(rounded.tensors().get("blk.0.ffn_up.weight").type()).isEqualTo(TensorType.F16);
        }
    }

    @Test
    void shouldTellHowFarWeightsMoved() throws IOException {
        try (ModelFile model = GgufFile.open(model(8, 256))) {
            SequencedMap<TensorType, RoundingError> errors = Quantization.of(model, WeightTypes.Q4_K_M, false)
                    .writeTo(Channels.newChannel(new ByteArrayOutputStream()), (_, _, _) -> {});
            assertThat(errors).containsOnlyKeys(TensorType.Q4_K, TensorType.Q6_K);
            assertThat(errors.get(TensorType.Q4_K).relative()).isBetween(0.06, 0.08);
            assertThat(errors.get(TensorType.Q6_K).relative()).isBetween(0.01, 0.02);
        }
    }

    @Test
    void shouldMakeTheSameFileEveryTime() throws IOException {
        try (ModelFile model = GgufFile.open(model(2, 256))) {
            assertThat(Files.mismatch(quantize(model, WeightTypes.Q5_K_M), quantize(model, WeightTypes.Q5_K_M)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void shouldRoundRoundedWeightsOnlyWhenTold() throws IOException {
        try (ModelFile model = GgufFile.open(model(1, 256));
                ModelFile rounded = GgufFile.open(quantize(model, WeightTypes.Q8_0))) {
            assertThatThrownBy(() -> Quantization.of(rounded, WeightTypes.Q4_0, false))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("token_embd.weight is Q8_0 already")
                    .hasMessageContaining("--requantize");
            assertThat(Quantization.of(rounded, WeightTypes.Q4_0, true).bytesAfter())
                    .isLessThan(
                            Quantization.of(rounded, WeightTypes.Q8_0, false).bytesAfter());
        }
    }

    @Test
    void shouldRefuseWhatNothingIsRoundedTo() throws IOException {
        try (ModelFile model = GgufFile.open(model(1, 256))) {
            assertThatThrownBy(() -> Quantization.of(model, WeightTypes.IQ4_XS, false))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("nothing is rounded to IQ4_XS");
        }
    }

    @Test
    void shouldRefuseWeightsThatAreNoNumbers() throws IOException {
        Path file = model(1, 256);
        try (ModelFile model = GgufFile.open(file)) {
            Tensor tensor = model.tensors().get("output.weight");
            long at = Files.size(file) - tensor.data().byteSize();
            byte[] bytes = Files.readAllBytes(file);
            bytes[(int) at + 3] = 0x7f;
            bytes[(int) at + 2] = (byte) 0xc0;
            Files.write(file, bytes);
        }
        try (ModelFile model = GgufFile.open(file)) {
            assertThatThrownBy(() -> quantize(model, WeightTypes.Q4_0))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("output.weight")
                    .hasMessageContaining("infinity or NaN");
        }
    }

    private Path quantize(ModelFile model, WeightTypes types) throws IOException {
        return quantize(model, types, false);
    }

    private Path quantize(ModelFile model, WeightTypes types, boolean again) throws IOException {
        Path file = Files.createTempFile(temporary, "rounded", ".gguf");
        try (var channel = Channels.newChannel(Files.newOutputStream(file))) {
            Quantization.of(model, types, again).writeTo(channel, (_, _, _) -> {});
        }
        return file;
    }

    /** Tensors of some layers with the names of a llama model; the last in the file is the output. */
    private Path model(int layers, int columns) throws IOException {
        GgufWriter writer = new GgufWriter()
                .string("general.architecture", "llama")
                .string("general.name", "some")
                .strings("tokenizer.ggml.tokens", List.of("a", "é", ""))
                .integers("of.bytes", GgufValueType.UINT8, 1, 255)
                .alignment(64)
                .tensor(matrix("token_embd.weight", columns, 64));
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            writer.tensor(matrix(block + "attn_norm.weight", columns, 1))
                    .tensor(matrix(block + "attn_v.weight", columns, 32))
                    .tensor(matrix(block + "ffn_gate_inp.weight", columns, 8))
                    .tensor(matrix(block + "ffn_up.weight", columns, 32))
                    .tensor(matrix(block + "ffn_down.weight", columns, 32));
        }
        writer.tensor(matrix("output.weight", columns, 64));
        Path file = Files.createTempFile(temporary, "model", ".gguf");
        writer.write(file);
        return file;
    }

    private static Tensor matrix(String name, int columns, int rows) {
        Random random = new Random(name.hashCode());
        float[] values = new float[columns * rows];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        MemorySegment data = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
        new Quantizer(TensorType.F32).quantize(values, 0, values.length, data, 0);
        return new Tensor(name, TensorType.F32, columns, rows, 1, data);
    }
}
