package dev.lockstep.host.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramCacheTest {
    private static final CacheKey KEY = CacheKey.of(EntryKind.WEIGHTS, List.of("ours"));
    private static final CacheKey OTHER = CacheKey.of(EntryKind.WEIGHTS, List.of("another"));

    /** Several chunks, the last of them short. */
    private static final byte[] CONTENT = content(1, 2 * EntryHeader.CHUNK + 12345);

    @TempDir
    private Path directory;

    private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

    private static byte[] content(long seed, int bytes) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    private ProgramCache cache(long limit) {
        return new ProgramCache(directory, limit, warnings::add);
    }

    private void write(CacheKey key, byte[] content) {
        cache(0).write(key, "model", "Q4_0", MemorySegment.ofArray(content));
    }

    private Optional<byte[]> read(CacheKey key) {
        try (Arena arena = Arena.ofShared()) {
            return cache(0).read(key, arena).map(segment -> segment.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void shouldGiveBackWhatWasWritten() throws IOException {
        assertThat(read(KEY)).isEmpty();
        write(KEY, CONTENT);
        assertThat(read(KEY)).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(CONTENT));
        assertThat(read(OTHER)).isEmpty();
        assertThat(files()).containsExactly(KEY.fileName());
        assertThat(cache(0).entries()).singleElement().satisfies(entry -> {
            assertThat(entry.model()).isEqualTo("model");
            assertThat(entry.type()).isEqualTo("Q4_0");
            assertThat(entry.bytes()).isEqualTo(Files.size(entry.file()));
        });
        assertThat(warnings).isEmpty();
    }

    /** One flipped bit, wherever it is: in the header's words and texts, a checksum, the content. */
    @ParameterizedTest
    @ValueSource(ints = {0, 8, 12, 16, 20, 30, 100, 110, -1, -12345, -12346, -(2 << 20)})
    void shouldNoticeAFlippedBit(int place) throws IOException {
        write(KEY, CONTENT);
        Path file = directory.resolve(KEY.fileName());
        byte[] bytes = Files.readAllBytes(file);
        bytes[place < 0 ? bytes.length + place : place] ^= 1;
        Files.write(file, bytes);
        assertRebuilt();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.000001, 0.00001, 0.3, 0.6, 0.999})
    void shouldNoticeAnEntryThatWasCutOff(double share) throws IOException {
        write(KEY, CONTENT);
        Path file = directory.resolve(KEY.fileName());
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, (int) (share * bytes.length)));
        assertRebuilt();
    }

    @Test
    void shouldNoticeAnEntryThatIsLongerThanItSays() throws IOException {
        write(KEY, CONTENT);
        Path file = directory.resolve(KEY.fileName());
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
        assertRebuilt();
    }

    /** Whose header would take more memory than there is. */
    @Test
    void shouldNoticeAHeaderThatIsTooLong() throws IOException {
        write(KEY, CONTENT);
        try (FileChannel file = FileChannel.open(directory.resolve(KEY.fileName()), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, Integer.MAX_VALUE - 8), 16);
            file.write(ByteBuffer.allocate(1), Integer.MAX_VALUE); // of which the disk keeps a page
        }
        assertRebuilt();
    }

    @Test
    void shouldNoticeAnEntryOfAnotherKey() throws IOException {
        write(OTHER, CONTENT);
        Files.copy(directory.resolve(OTHER.fileName()), directory.resolve(KEY.fileName()));
        assertRebuilt();
        assertThat(read(OTHER)).isPresent();
    }

    @Test
    void shouldNoticeAFileThatIsNoEntry() throws IOException {
        Files.write(directory.resolve(KEY.fileName()), content(3, 5_000_000));
        assertThat(cache(0).entries()).hasSize(1);
        assertRebuilt();
    }

    private Optional<String> damage() {
        return cache(0).entries().stream()
                .filter(entry -> entry.file().endsWith(KEY.fileName()))
                .findFirst()
                .flatMap(cache(0)::damage);
    }

    private void assertRebuilt() throws IOException {
        assertThat(damage()).isPresent();
        assertThat(read(KEY)).isEmpty();
        assertThat(warnings).singleElement().asString().contains("damaged").contains("made again");
        assertThat(directory.resolve(KEY.fileName())).doesNotExist();
        write(KEY, CONTENT);
        assertThat(damage()).isEmpty();
        assertThat(read(KEY)).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(CONTENT));
        assertThat(warnings).hasSize(1);
    }

    @Test
    void shouldRemoveWhatAKilledWriterLeft() throws IOException {
        Files.write(directory.resolve(KEY.fileName() + ".1234.part"), new byte[100]);
        assertThat(cache(0).entries()).isEmpty();
        assertThat(read(KEY)).isEmpty();
        write(KEY, CONTENT);
        assertThat(files()).containsExactly(KEY.fileName());
    }

    @Test
    void shouldRemoveWhatKilledWritersOfOtherEntriesLeft() throws IOException {
        Files.write(directory.resolve(OTHER.fileName() + ".1234.part"), new byte[100]);
        assertThat(cache(0).unfinishedBytes()).isEqualTo(100);
        write(KEY, CONTENT);
        assertThat(files()).containsExactly(KEY.fileName());
        assertThat(cache(0).unfinishedBytes()).isZero();
    }

    @Test
    void shouldLeaveAloneWhatALivingWriterHas() throws IOException {
        try (EntryDraft draft =
                cache(0).draft(OTHER, "model", "Q4_0", CONTENT.length).orElseThrow()) {
            draft.write(MemorySegment.ofArray(CONTENT), 0);
            write(KEY, CONTENT); // and with it closes files of its own
            cache(0).clear();
            assertThat(cache(0).draft(OTHER, "model", "Q4_0", CONTENT.length))
                    .as("one writes")
                    .isEmpty();
            draft.publish();
        }
        assertThat(read(OTHER)).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(CONTENT));
        assertThat(files()).containsExactly(OTHER.fileName());
        assertThat(warnings).isEmpty();
    }

    /** Longer than the entry, too: nothing of it may stay. */
    @Test
    void shouldBeginAnewWhereAWriterOfTheSameEntryWasKilled() throws IOException {
        Files.write(directory.resolve(KEY.fileName() + ".part"), content(9, 3 * CONTENT.length));
        write(KEY, CONTENT);
        assertThat(read(KEY)).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(CONTENT));
        assertThat(files()).containsExactly(KEY.fileName());
    }

    @Test
    void shouldDeleteWhatWasNotUsedForLongest() throws IOException {
        ProgramCache cache = cache(3_500_000);
        List<CacheKey> keys = IntStream.range(0, 4)
                .mapToObj(i -> CacheKey.of(EntryKind.WEIGHTS, List.of("key " + i)))
                .toList();
        for (int i = 0; i < 3; i++) {
            cache.write(keys.get(i), "model", "Q4_0", MemorySegment.ofArray(content(i, 1_000_000)));
            Files.setLastModifiedTime(
                    directory.resolve(keys.get(i).fileName()),
                    FileTime.from(Instant.now().minusSeconds(100 - i)));
        }
        assertThat(read(keys.getFirst())).isPresent(); // used again, so that the second is the oldest
        cache.write(keys.get(3), "model", "Q4_0", MemorySegment.ofArray(content(3, 1_000_000)));
        assertThat(keys.stream().map(key -> read(key).isPresent())).containsExactly(true, false, true, true);
        assertThat(cache.entries().stream().mapToLong(CacheEntry::bytes).sum()).isLessThanOrEqualTo(3_500_000);
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldNotWriteWhatIsLargerThanTheLimit() throws IOException {
        ProgramCache cache = cache(1_500_000);
        cache.write(OTHER, "model", "Q4_0", MemorySegment.ofArray(content(1, 1_000_000)));
        cache.write(KEY, "model", "Q4_0", MemorySegment.ofArray(CONTENT));
        assertThat(read(KEY)).isEmpty();
        assertThat(read(OTHER)).as("room that would not suffice is not made").isPresent();
        assertThat(warnings).singleElement().asString().contains("LOCKSTEP_CACHE_SIZE");
    }

    @Test
    void shouldGoOnWithoutADirectoryThatCanBeMade() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        ProgramCache cache = new ProgramCache(file.resolve("programs"), 0, warnings::add);
        cache.write(KEY, "model", "Q4_0", MemorySegment.ofArray(CONTENT));
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("cannot be written")
                .contains("--no-cache");
        assertThat(cache.entries()).isEmpty();
    }

    @Test
    void severalWritersShouldLeaveOneWholeEntry() throws Exception {
        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(_ -> Thread.ofPlatform().start(() -> {
                    write(KEY, CONTENT);
                    read(KEY).ifPresent(bytes -> assertThat(bytes).isEqualTo(CONTENT));
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(files()).containsExactly(KEY.fileName());
        assertThat(read(KEY)).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(CONTENT));
        assertThat(warnings).isEmpty();
    }

    @Test
    void clearingShouldLeaveNothing() throws IOException {
        write(KEY, CONTENT);
        Files.write(directory.resolve(OTHER.fileName() + ".1234.part"), new byte[100]);
        assertThat(cache(0).clear()).hasSize(1);
        assertThat(files()).isEmpty();
    }
}
