package dev.lockstep.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.NonFinite;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files and expansions made by llama.cpp. */
class ConformanceFilesTest {
    @Test
    void shouldOpenEveryFileAndAccountForItsBytes() throws IOException {
        List<Path> files = files(".gguf");
        assertThat(files).hasSizeGreaterThan(90);
        for (Path path : files) {
            try (GgufFile file = GgufFile.open(path)) {
                assertThat(file.metadata().string("general.architecture"))
                        .as("%s", path)
                        .isPresent();
                long end = Files.size(path);
                long dataBytes = file.tensors().values().stream()
                        .mapToLong(tensor -> padded(tensor.data().byteSize(), file.alignment()))
                        .sum();
                long headerBytes = end - dataBytes;
                long next = 0;
                for (Tensor tensor : file.tensors().values()) {
                    long address = tensor.data().address();
                    assertThat(next == 0 || next == address)
                            .as("%s %s", path, tensor)
                            .isTrue();
                    next = address + padded(tensor.data().byteSize(), file.alignment());
                }
                if (!file.tensors().isEmpty()) {
                    assertThat(headerBytes % file.alignment()).as("%s", path).isZero();
                }
                assertThat(headerBytes).as("%s", path).isPositive();
            }
        }
    }

    @Test
    void shouldKnowEveryTypeByItsNumber() throws IOException {
        int named = 0;
        for (TensorType type : TensorType.values()) {
            Path path = Conformance.directory().resolve("models/llama_k256-" + type + ".gguf");
            if (Files.exists(path)) {
                try (GgufFile file = GgufFile.open(path)) {
                    assertThat(file.tensors().get("blk.0.attn_k.weight").type()).isEqualTo(type);
                    named++;
                }
            }
        }
        assertThat(named).isEqualTo(26);
    }

    @Test
    void shouldExpandEveryComputableTypeToTheBitsOfLlamaCpp() throws IOException {
        int compared = 0;
        for (Path golden : files(".dequant.f32")) {
            Path model = golden.resolveSibling(golden.getFileName().toString().replace(".dequant.f32", ".gguf"));
            try (GgufFile file = GgufFile.open(model)) {
                Tensor tensor = file.tensors().get("blk.0.attn_k.weight");
                if (!tensor.type().computable()) {
                    continue;
                }
                ByteBuffer expected =
                        ByteBuffer.wrap(Files.readAllBytes(golden)).order(ByteOrder.LITTLE_ENDIAN);
                float[] row = new float[(int) tensor.columns()];
                for (int r = 0; r < 8; r++) {
                    Dequantizer.dequantizeRow(tensor, r, row, 0);
                    for (float value : row) {
                        assertThat(Float.floatToRawIntBits(value))
                                .as("%s row %d", model, r)
                                .isEqualTo(expected.getInt());
                    }
                }
                assertThat(expected.hasRemaining()).isFalse();
                compared++;
            }
        }
        assertThat(compared).isEqualTo(26);
    }

    @Test
    void shouldFindAllWeightsFinite() throws IOException {
        for (Path path : files(".gguf")) {
            try (GgufFile file = GgufFile.open(path)) {
                for (Tensor tensor : file.tensors().values()) {
                    if (tensor.type().computable()) {
                        assertThat(NonFinite.firstIn(tensor))
                                .as("%s %s", path, tensor)
                                .isEmpty();
                    }
                }
            }
        }
    }

    private static long padded(long bytes, int alignment) {
        return (bytes + alignment - 1) / alignment * alignment;
    }

    private static List<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(Conformance.directory())) {
            return files.filter(path -> path.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }
}
