package dev.lockstep.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufSplitTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeThreeParts() throws IOException {
        for (int number = 1; number <= 3; number++) {
            part(number, 3, 3, "w" + number).write(path(number));
        }
    }

    @Test
    void shouldOpenAllPartsFromAnyOfThem() {
        for (int number = 1; number <= 3; number++) {
            try (GgufFile file = GgufFile.open(path(number))) {
                assertThat(file.path()).isEqualTo(path(number));
                assertThat(file.tensors().sequencedKeySet()).containsExactly("w1", "w2", "w3");
                assertThat(file.metadata().string("general.name")).contains("part 1");
            }
        }
    }

    @Test
    void shouldRefuseAMissingPart() throws IOException {
        Files.delete(path(2));
        rejects(1, "model-00002-of-00003.gguf: there is no such file");
    }

    @Test
    void shouldRefusePartsInTheWrongOrder() throws IOException {
        Files.move(path(2), directory.resolve("x"));
        Files.copy(path(3), path(2));
        rejects(1, "split.no: is 2 where 1 is expected");
    }

    @Test
    void shouldRefuseAPartOfAnotherSplit() throws IOException {
        part(2, 4, 3, "w2").write(path(2));
        rejects(1, "split.count: is 4 where 3 is expected");
    }

    @Test
    void shouldRefuseAWrongTotalOfTensors() throws IOException {
        part(1, 3, 9, "w1").write(path(1));
        rejects(3, "split.tensors.count: is 9 where 3 is expected");
    }

    @Test
    void shouldRefuseTheSameTensorInTwoParts() throws IOException {
        part(3, 3, 3, "w1").write(path(3));
        rejects(1, "tensor w1: is already in an earlier part");
    }

    @Test
    void shouldRefuseAPartUnderAnotherName() throws IOException {
        Path renamed = directory.resolve("model.gguf");
        Files.move(path(1), renamed);
        assertThatThrownBy(() -> GgufFile.open(renamed))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("name the parts like model-00001-of-00003.gguf");
    }

    private void rejects(int number, String fragment) {
        assertThatThrownBy(() -> GgufFile.open(path(number)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(fragment);
    }

    private Path path(int number) {
        return directory.resolve(String.format(Locale.ROOT, "model-%05d-of-00003.gguf", number));
    }

    private static GgufWriter part(int number, int count, int tensors, String tensor) {
        return new GgufWriter()
                .string("general.name", "part " + number)
                .integer(GgufSplit.NUMBER_KEY, GgufValueType.UINT16, number - 1)
                .integer(GgufSplit.COUNT_KEY, GgufValueType.UINT16, count)
                .integer(GgufSplit.TENSORS_KEY, GgufValueType.INT32, tensors)
                .tensor(new Tensor(
                        tensor, TensorType.F32, 4, 1, 1, MemorySegment.ofArray(new float[] {number, 2, 3, 4})));
    }
}
