package dev.lockstep.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that must be refused with one sentence which names file, field and offset. */
class GgufRejectedTest {
    private static final long HUGE = 1L << 62;

    @TempDir
    Path directory;

    static Stream<Arguments> hostileFiles() {
        return Stream.of(
                raw("an empty file", "magic at byte 0: takes 4 bytes", out -> {}),
                raw(
                        "another magic",
                        "magic at byte 0: is 0x504b0304",
                        out -> out.int32(0x04034b50).int64(3)),
                raw("version 1", "version at byte 4: is 1, this program reads 2 and 3", out -> header(out, 1, 0, 0)),
                raw("version 4", "version at byte 4: is 4", out -> header(out, 4, 0, 0)),
                raw("big-endian", "big-endian", out -> header(out, 3 << 24, 0, 0)),
                raw("2^62 tensors", "tensor count at byte 8: counts " + HUGE, out -> header(out, 3, HUGE, 0)),
                raw("2^64-1 tensors", "counts 18446744073709551615", out -> header(out, 3, -1, 0)),
                raw("2^62 entries", "metadata count at byte 16: counts " + HUGE, out -> header(out, 3, 0, HUGE)),
                entry(
                        "a key of 2^63 bytes",
                        "metadata key 0 at byte 24: counts 9223372036854775808",
                        out -> out.int64(Long.MIN_VALUE)),
                entry("a key of 2^63-1 bytes", "metadata key 0 at byte 24: counts", out -> out.int64(Long.MAX_VALUE)),
                entry("an empty key", "metadata key 0 at byte 24: is empty", out -> out.string("")),
                entry("a key too long", "at most 65535 are supported", out -> out.string("x".repeat(65536))),
                entry(
                        "an unknown value type",
                        "k at byte 33: has the unknown value type 13",
                        out -> out.string("k").int32(13)),
                entry(
                        "a value type of 2^32-1",
                        "unknown value type 4294967295",
                        out -> out.string("k").int32(-1)),
                entry(
                        "a string of 2^63 bytes",
                        "k at byte 37: counts 9223372036854775808",
                        out -> out.string("k").type(GgufValueType.STRING).int64(Long.MIN_VALUE)),
                entry(
                        "a bool of 2",
                        "k at byte 37: is the bool 2, neither 0 nor 1",
                        out -> out.string("k").type(GgufValueType.BOOL).int8(2)),
                entry(
                        "a bad bool in an array",
                        "k at byte 50: is the bool 255",
                        out -> out.string("k")
                                .array(GgufValueType.BOOL, 2)
                                .int8(1)
                                .int8(255)),
                entry(
                        "an array of unknown type",
                        "unknown value type 99",
                        out -> out.string("k")
                                .type(GgufValueType.ARRAY)
                                .int32(99)
                                .int64(0)),
                entry(
                        "an array of 2^62 uint64",
                        "k at byte 41: counts " + HUGE,
                        out -> out.string("k").array(GgufValueType.UINT64, HUGE)),
                entry(
                        "an array that wraps around",
                        "k at byte 41: counts 2305843009213693953",
                        out -> out.string("k").array(GgufValueType.UINT64, (1L << 61) + 1)),
                entry("arrays nested deep", "nested deeper than 4", out -> {
                    out.string("k").type(GgufValueType.ARRAY);
                    for (int i = 0; i < 100_000; i++) {
                        out.type(GgufValueType.ARRAY).int64(1);
                    }
                }),
                file(
                        "the same key twice",
                        "k at byte 38: the key occurs twice",
                        0,
                        2,
                        out -> out.string("k")
                                .type(GgufValueType.BOOL)
                                .int8(1)
                                .string("k")
                                .type(GgufValueType.BOOL)
                                .int8(1)),
                alignment("alignment 0", "is 0, not a power of two", 0),
                alignment("alignment 4", "is 4, not a power of two", 4),
                alignment("alignment 48", "is 48, not a power of two", 48),
                alignment("alignment 2^31", "is 2147483648, not a power of two", 1L << 31),
                entry(
                        "an alignment in words",
                        "general.alignment at byte",
                        out -> out.string("general.alignment")
                                .type(GgufValueType.STRING)
                                .string("32")),
                tensor("a tensor without name", "name of tensor 0 at byte 24: is empty", out -> out.string("")),
                tensor(
                        "no dimensions",
                        "w at byte 33: has 0 dimensions",
                        out -> out.string("w").int32(0)),
                tensor(
                        "five dimensions",
                        "has 5 dimensions instead of 1 to 4",
                        out -> out.string("w").int32(5)),
                tensor("a dimension of 0", "dimension 1 is 0", out -> record(out, "w", 0, 0, 32, 0)),
                tensor(
                        "a negative dimension",
                        "dimension 0 is 18446744073709551615",
                        out -> record(out, "w", 0, 0, -1)),
                tensor(
                        "dimensions that overflow",
                        "has more than 2^63 bytes",
                        out -> record(out, "w", 0, 0, 1L << 31, 1L << 31, 1L << 31)),
                tensor(
                        "dimensions whose product wraps to 0",
                        "has more than 2^63 bytes",
                        out -> record(out, "w", 0, 0, 1L << 32, 1L << 32)),
                tensor(
                        "an unknown tensor type",
                        "w at byte 45: has the unknown tensor type 77",
                        out -> record(out, "w", 77, 0, 32)),
                tensor("a type that was removed", "has the unknown tensor type 4", out -> record(out, "w", 4, 0, 32)),
                tensor(
                        "half a block",
                        "rows of 48 elements are not whole Q4_0 blocks of 32",
                        out -> record(out, "w", 2, 0, 48)),
                tensor(
                        "an unaligned offset",
                        "data offset 8 is not a multiple of the alignment 32",
                        out -> record(out, "w", 0, 8, 8).int64(0)),
                tensor("an offset past the end", "do not fit into the", out -> record(out, "w", 0, 1L << 40, 8)),
                tensor(
                        "an offset of 2^63",
                        "data offset 9223372036854775808",
                        out -> record(out, "w", 0, Long.MIN_VALUE, 8)),
                tensor(
                        "more data than the file",
                        "4096 bytes at data offset 0 do not fit",
                        out -> record(out, "w", 0, 0, 1024)),
                tensors("overlapping tensors", "b at byte 57: shares bytes with tensor a", out -> {
                    record(out, "a", 0, 0, 16);
                    record(out, "b", 0, 32, 16);
                }),
                tensors("the same place twice", "shares bytes with tensor", out -> {
                    record(out, "a", 0, 32, 8);
                    record(out, "b", 0, 32, 8);
                }),
                tensors("the same name twice", "a at byte 57: the tensor occurs twice", out -> {
                    record(out, "a", 0, 0, 8);
                    record(out, "a", 0, 32, 8);
                }),
                tensor(
                        "control characters in a name",
                        "?[31m at byte 24: has more than 2^63 bytes",
                        out -> record(out, "\u001b[31m", 0, 0, 1L << 62, 8)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostileFiles")
    void shouldRefuse(String what, String fragment, byte[] content) throws IOException {
        Path path = Files.write(directory.resolve("hostile.gguf"), content);

        assertThatThrownBy(() -> GgufFile.open(path))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(path + ": ")
                .hasMessageContaining(fragment)
                .hasMessageContaining("; ")
                .message()
                .doesNotContain("\n", "\u001b");
    }

    @Test
    void shouldRefuseAFileCutAnywhere() throws IOException {
        GgufBuffer out = new GgufBuffer();
        header(out, 3, 2, 3);
        out.string("general.name").type(GgufValueType.STRING).string("cut me");
        out.string("tokens")
                .array(GgufValueType.STRING, 3)
                .string("a")
                .string("")
                .string("ccc");
        out.string("scores").array(GgufValueType.FLOAT32, 3).int32(0).int32(1).int32(2);
        record(out, "a", 0, 0, 8);
        record(out, "b", 8, 32, 32);
        byte[] whole = Arrays.copyOf(bytes(out, 32), bytes(out, 32).length + 32 + 34);
        Path path = directory.resolve("cut.gguf");
        Files.write(path, whole);
        GgufFile.open(path).close();

        for (int length = 0; length < whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> GgufFile.open(path))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining(GgufCursor.DAMAGED);
        }
    }

    @Test
    void shouldSurviveAFileThatShrinksWhileOpen() throws IOException {
        Path path = directory.resolve("shrinks.gguf");
        GgufBuffer out = new GgufBuffer();
        header(out, 3, 1, 0);
        record(out, "w", 0, 0, 1 << 20);
        byte[] header = bytes(out, 32);
        Files.write(path, Arrays.copyOf(header, header.length + (4 << 20)));

        try (GgufFile file = GgufFile.open(path)) {
            Files.write(path, header);
            var data = file.tensors().get("w").data();
            assertThatThrownBy(() -> data.get(GgufCursor.INT, data.byteSize() - 4))
                    .isInstanceOf(InternalError.class);
            assertThat(file.metadata().keys()).isEmpty();
        }
    }

    private static Arguments raw(String what, String fragment, Consumer<GgufBuffer> content) {
        GgufBuffer out = new GgufBuffer();
        content.accept(out);
        return arguments(what, fragment, bytes(out, 1));
    }

    private static Arguments file(
            String what, String fragment, long tensors, long entries, Consumer<GgufBuffer> content) {
        return raw(what, fragment, out -> {
            header(out, 3, tensors, entries);
            content.accept(out);
            for (int i = 0; i < 8; i++) {
                out.int64(0);
            }
        });
    }

    private static Arguments entry(String what, String fragment, Consumer<GgufBuffer> content) {
        return file(what, fragment, 0, 1, content);
    }

    private static Arguments alignment(String what, String fragment, long alignment) {
        return entry(
                what,
                fragment,
                out -> out.string("general.alignment")
                        .type(GgufValueType.UINT32)
                        .integer(GgufValueType.UINT32, alignment));
    }

    private static Arguments tensor(String what, String fragment, Consumer<GgufBuffer> content) {
        return file(what, fragment, 1, 0, content);
    }

    private static Arguments tensors(String what, String fragment, Consumer<GgufBuffer> content) {
        return file(what, fragment, 2, 0, out -> {
            content.accept(out);
            for (int i = 0; i < 32; i++) {
                out.int64(0);
            }
        });
    }

    private static void header(GgufBuffer out, int version, long tensors, long entries) {
        out.int32(GgufPart.MAGIC).int32(version).int64(tensors).int64(entries);
    }

    private static GgufBuffer record(GgufBuffer out, String name, int type, long offset, long... dimensions) {
        out.string(name).int32(dimensions.length);
        for (long dimension : dimensions) {
            out.int64(dimension);
        }
        return out.int32(type).int64(offset);
    }

    private static byte[] bytes(GgufBuffer out, int alignment) {
        ByteBuffer content = out.finish(alignment);
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return bytes;
    }
}
