package dev.lockstep.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {
    @TempDir
    Path directory;

    @Test
    void shouldKeepMetadataAfterClosing() throws IOException {
        Path path = directory.resolve("m.gguf");
        new GgufWriter().string("general.name", "Ada").write(path);

        Metadata metadata;
        try (GgufFile file = GgufFile.open(path)) {
            metadata = file.metadata();
        }

        assertThat(metadata.string("general.name")).contains("Ada");
        assertThat(metadata.origin()).isEqualTo(path.toString());
    }

    @Test
    void shouldAnswerAbsentKeysWithNothing() throws IOException {
        Path path = directory.resolve("m.gguf");
        new GgufWriter().write(path);

        try (GgufFile file = GgufFile.open(path)) {
            Metadata metadata = file.metadata();
            assertThat(metadata.keys()).isEmpty();
            assertThat(metadata.string("x")).isEmpty();
            assertThat(metadata.integer("x")).isEmpty();
            assertThat(metadata.number("x")).isEmpty();
            assertThat(metadata.bool("x")).isEmpty();
            assertThat(metadata.strings("x")).isEmpty();
            assertThat(metadata.integers("x")).isEmpty();
            assertThat(metadata.numbers("x")).isEmpty();
        }
    }

    @Test
    void shouldNameKeyAndBothTypesWhenTheyDiffer() throws IOException {
        Path path = directory.resolve("m.gguf");
        new GgufWriter()
                .string("a", "text")
                .integer("b", 1)
                .strings("c", List.of("x"))
                .integer("d", GgufValueType.UINT64, -1)
                .strings("e", List.of())
                .write(path);

        try (GgufFile file = GgufFile.open(path)) {
            Metadata metadata = file.metadata();
            assertThatThrownBy(() -> metadata.integer("a"))
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(path + ": a at byte ")
                    .hasMessageContaining("is a value of type string, not an integer");
            assertThatThrownBy(() -> metadata.string("b"))
                    .hasMessageContaining("is a value of type uint32, not a string");
            assertThatThrownBy(() -> metadata.integers("b"))
                    .hasMessageContaining("is a value of type uint32, not an array of integers");
            assertThatThrownBy(() -> metadata.string("c")).hasMessageContaining("is an array of string, not a string");
            assertThatThrownBy(() -> metadata.integer("d"))
                    .hasMessageContaining("is 18446744073709551615, above 2^63-1");
            assertThat(metadata.integers("e").orElseThrow()).isEmpty();
        }
    }

    @Test
    void shouldReadVersion2AndNestedArrays() throws IOException {
        GgufBuffer out = new GgufBuffer();
        out.int32(GgufPart.MAGIC).int32(2).int64(0).int64(2);
        out.string("nested").array(GgufValueType.ARRAY, 2);
        out.type(GgufValueType.INT8).int64(2).int8(1).int8(2);
        out.type(GgufValueType.STRING).int64(1).string("x");
        out.string("after").type(GgufValueType.BOOL).int8(1);
        Path path = directory.resolve("m.gguf");
        write(path, out);

        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.version()).isEqualTo(2);
            assertThat(file.metadata().bool("after")).contains(true);
            assertThatThrownBy(() -> file.metadata().integers("nested")).hasMessageContaining("an array of array");
        }
    }

    @Test
    void shouldShowTheMetadataOfAFileNotYetWritten() {
        Metadata metadata = new GgufWriter().integer("llama.block_count", 22).metadata("shape:tinyllama");

        assertThat(metadata.integer("llama.block_count")).hasValue(22);
        assertThatThrownBy(() -> metadata.string("llama.block_count"))
                .hasMessageStartingWith("shape:tinyllama: llama.block_count at byte ");
    }

    @Test
    void shouldDecodeBrokenUtf8Leniently() throws IOException {
        GgufBuffer out = new GgufBuffer();
        out.int32(GgufPart.MAGIC).int32(3).int64(0).int64(1);
        out.string("k").type(GgufValueType.STRING).int64(2).int8(0xff).int8('a');
        Path path = directory.resolve("m.gguf");
        write(path, out);

        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.metadata().string("k")).contains("\ufffda");
        }
    }

    @Test
    void shouldSayWhyAPathCannotBeOpened() {
        assertThatThrownBy(() -> GgufFile.open(directory.resolve("none.gguf")))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("there is no such file");
        assertThatThrownBy(() -> GgufFile.open(directory))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("is a directory or device");
    }

    static void write(Path path, GgufBuffer bytes) throws IOException {
        ByteBuffer content = bytes.finish(1);
        byte[] array = new byte[content.remaining()];
        content.get(array);
        Files.write(path, array);
    }
}
