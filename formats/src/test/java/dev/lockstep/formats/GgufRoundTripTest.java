package dev.lockstep.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.tensor.SyntheticWeights;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read back, for random files; the seed is the test's argument. */
class GgufRoundTripTest {
    private static final List<TensorType> TYPES =
            Stream.of(TensorType.values()).filter(TensorType::computable).toList();
    private static final List<GgufValueType> INTEGERS =
            Stream.of(GgufValueType.values()).filter(GgufValueType::isInteger).toList();

    @TempDir
    Path directory;

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldReadWhatWasWritten(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        GgufWriter writer = new GgufWriter();
        int alignment = 32;
        if (random.nextBoolean()) {
            alignment = 8 << random.nextInt(8);
            writer.alignment(alignment);
        }
        Map<String, Consumer<Metadata>> expectations = new LinkedHashMap<>();
        for (int i = random.nextInt(20); i > 0; i--) {
            String key = "key." + i + text(random);
            expectations.put(key, addEntry(writer, key, random));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            Tensor tensor = tensor("blk." + i + text(random), random);
            tensors.put(tensor.name(), tensor);
            writer.tensor(tensor);
        }
        Path path = directory.resolve("model.gguf");
        Files.writeString(path, "an older file");

        writer.write(path);

        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.version()).isEqualTo(3);
            assertThat(file.alignment()).isEqualTo(alignment);
            assertThat(file.metadata().keys()).containsAll(expectations.keySet());
            expectations.values().forEach(expectation -> expectation.accept(file.metadata()));
            assertThat(file.tensors().sequencedKeySet()).containsExactlyElementsOf(tensors.keySet());
            file.tensors().forEach((name, tensor) -> {
                assertThat(tensor).hasToString(tensors.get(name).toString());
                assertThat(tensor.data().mismatch(tensors.get(name).data())).isEqualTo(-1);
            });
        }
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(path);
        }
    }

    private static Consumer<Metadata> addEntry(GgufWriter writer, String key, SplittableRandom random) {
        GgufValueType type = INTEGERS.get(random.nextInt(INTEGERS.size()));
        switch (random.nextInt(8)) {
            case 0 -> {
                String value = text(random);
                writer.string(key, value);
                return metadata -> assertThat(metadata.string(key)).contains(value);
            }
            case 1 -> {
                long value = integer(type, random);
                writer.integer(key, type, value);
                return metadata -> {
                    assertThat(metadata.integer(key)).hasValue(value);
                    assertThat(metadata.number(key)).hasValue((double) value);
                };
            }
            case 2 -> {
                float value = Float.intBitsToFloat(random.nextInt() & 0xbfffffff);
                writer.number(key, value);
                return metadata -> assertThat(metadata.number(key)).hasValue(value);
            }
            case 3 -> {
                double value = random.nextDouble(-1e300, 1e300);
                writer.number64(key, value);
                return metadata -> assertThat(metadata.number(key)).hasValue(value);
            }
            case 4 -> {
                boolean value = random.nextBoolean();
                writer.bool(key, value);
                return metadata -> assertThat(metadata.bool(key)).contains(value);
            }
            case 5 -> {
                List<String> values = new ArrayList<>();
                for (int i = random.nextInt(50); i > 0; i--) {
                    values.add(text(random));
                }
                writer.strings(key, values);
                return metadata -> assertThat(metadata.strings(key)).contains(values);
            }
            case 6 -> {
                long[] values = random.longs(random.nextInt(50))
                        .map(ignored -> integer(type, random))
                        .toArray();
                writer.integers(key, type, values);
                return metadata ->
                        assertThat(metadata.integers(key).orElseThrow()).isEqualTo(values);
            }
            default -> {
                float[] values = new float[random.nextInt(50)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextFloat();
                }
                writer.numbers(key, values);
                return metadata ->
                        assertThat(metadata.numbers(key).orElseThrow()).isEqualTo(values);
            }
        }
    }

    private static long integer(GgufValueType type, SplittableRandom random) {
        return switch (type) {
            case UINT8 -> random.nextInt(1 << 8);
            case INT8 -> (byte) random.nextInt();
            case UINT16 -> random.nextInt(1 << 16);
            case INT16 -> (short) random.nextInt();
            case UINT32 -> Integer.toUnsignedLong(random.nextInt());
            case INT32 -> random.nextInt();
            case UINT64 -> random.nextLong(Long.MAX_VALUE);
            case INT64 -> random.nextLong();
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> throw new IllegalArgumentException("" + type);
        };
    }

    private static Tensor tensor(String name, SplittableRandom random) {
        TensorType type = TYPES.get(random.nextInt(TYPES.size()));
        long columns = (long) type.blockElements() * (1 + random.nextInt(3));
        long rows = 1 + random.nextInt(4);
        long matrices = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 1;
        byte[] bytes = new byte[(int) (type.bytes(columns) * rows * matrices)];
        SyntheticWeights.fill(type, MemorySegment.ofArray(bytes), random.nextLong(), 0.1f);
        return new Tensor(name, type, columns, rows, matrices, MemorySegment.ofArray(bytes));
    }

    /** Letters of one to four bytes in UTF-8. */
    private static String text(SplittableRandom random) {
        int[] codePoints = random.ints(random.nextInt(12), 0, 4)
                .map(i -> new int[] {'a', 0xe9, 0x2581, 0x1f642}[i])
                .toArray();
        return Arrays.stream(codePoints)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
