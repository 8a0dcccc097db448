package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.graph.KvLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens where memory is short. */
@Timeout(30)
class MemoryTest {
    private static final int CONTEXT = 1000;
    private static final long TEXT = 16L << 20;
    private static final long BLOCK = TEXT / KvLayout.blocks(CONTEXT);

    @Test
    void shouldTakeWhatIsUsualButNoMoreThanHalfOfWhatIsFree() {
        assertThat(budget(ServiceOptions.ENOUGH, 100L << 30)).isEqualTo(2L << 30);
        assertThat(budget(ServiceOptions.ENOUGH, 1L << 30)).isEqualTo(1L << 29);
        assertThat(budget(ServiceOptions.ENOUGH, 20L << 20))
                .as("one text, at least")
                .isEqualTo(TEXT);
        assertThat(budget(0, 20L << 20)).isEqualTo(TEXT);
        assertThat(budget(5L << 30, 6L << 30)).isEqualTo(5L << 30);
        assertThat(KvBudget.bytes(ServiceOptions.DEFAULT, CONTEXT, BLOCK, OptionalLong.empty()))
                .isEqualTo(2L << 30);
    }

    @Test
    void shouldSayAtTheStartWhatIsMissingAndWhatHelps() {
        assertThatThrownBy(() -> budget(ServiceOptions.ENOUGH, 10L << 20))
                .isInstanceOf(EngineException.class)
                .hasMessage(
                        "one text of 1000 tokens needs 16.0 MiB of KV cache, but 10.0 MiB of memory are free; take a"
                                + " smaller context, or an 8-bit KV cache, or close other programs");
        assertThatThrownBy(() -> budget(3L << 30, 2L << 30))
                .isInstanceOf(EngineException.class)
                .hasMessage("3.0 GiB of KV cache are asked for, but 2.0 GiB of memory are free (16 texts of 1000 tokens"
                        + " would take 256.0 MiB, one takes 16.0 MiB); ask for less KV memory, or take a smaller context or"
                        + " an 8-bit KV cache");
    }

    private static long budget(long asked, long free) {
        return KvBudget.bytes(ServiceOptions.DEFAULT.withKvBytes(asked), CONTEXT, BLOCK, OptionalLong.of(free));
    }

    @Test
    void shouldMakeDoWithWhatTheSystemGives() {
        FakeMachine machine = FakeMachine.hashing(CONTEXT, 64);
        machine.room = 700;
        try (var service = open(machine, ServiceOptions.DEFAULT)) {
            List<Ticket> tickets = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                tickets.add(service.submit(request("a".repeat(150) + i), _ -> {}));
            }
            for (int i = 0; i < 6; i++) {
                assertThat(tickets.get(i).result().join().choices())
                        .isEqualTo(alone("a".repeat(150) + i).choices());
            }
            assertThat(service.status().kvBytesLimit()).isLessThan(2L << 30);
        }
    }

    @Test
    void shouldTellARequestToComeAgainForWhichThereIsNotEnoughAlone() {
        FakeMachine machine = FakeMachine.hashing(CONTEXT, 64);
        machine.room = 200;
        try (var service = open(machine, ServiceOptions.DEFAULT)) {
            assertThatThrownBy(() -> service.complete(request("a".repeat(400)), _ -> {}))
                    .isInstanceOfSatisfying(
                            OverloadedException.class,
                            refused ->
                                    assertThat(refused.retryAfter().toSeconds()).isPositive())
                    .hasMessageStartingWith("the system gives no more memory for the KV cache than ");
            assertThat(service.complete(request("a".repeat(60)), _ -> {}).choices())
                    .isEqualTo(alone("a".repeat(60)).choices());
        }
    }

    @Test
    void shouldCountTheTextsOfEmbeddings() {
        FakeMachine machine = FakeMachine.hashing(CONTEXT, 64);
        try (var service = open(machine, ServiceOptions.DEFAULT.withKvBytes(0))) {
            Ticket busy = service.submit(
                    CompletionRequest.of("z".repeat(500))
                            .ignoreEndOfGeneration(true)
                            .maxTokens(400)
                            .build(),
                    _ -> {});
            var vectors = service.embed(EmbeddingRequest.of(List.of("a".repeat(600), "b".repeat(700))));
            assertThat(vectors.join().vectors()).hasSize(2);
            assertThat(busy.result().join().usage().completionTokens()).isEqualTo(400);
            assertThat(service.inspect(_ -> service.status().kvBytes()).join()).isZero();
        }
    }

    @Test
    void shouldFindInItsFileWhatMemoryHadNoRoomFor(@TempDir Path directory) throws IOException {
        FakeMachine machine = FakeMachine.hashing(CONTEXT, 64);
        ServiceOptions options = ServiceOptions.DEFAULT.withKvBytes(0).withSpill(directory, 100L << 10);
        try (var service = open(machine, options)) {
            for (String letter : List.of("a", "b", "c")) {
                service.complete(request(letter.repeat(700)), _ -> {});
            }
            long spilled = service.inspect(_ -> service.status().spilledBytes()).join();
            assertThat(spilled).isGreaterThan(10 * machine.kvBlockBytes());
            CompletionResult again = service.complete(request("a".repeat(700)), _ -> {});
            assertThat(again.usage().cachedTokens()).isGreaterThanOrEqualTo(640);
            assertThat(again.choices()).isEqualTo(alone("a".repeat(700)).choices());
            damage();
            CompletionResult other = service.complete(request("b".repeat(700)), _ -> {});
            assertThat(other.choices()).isEqualTo(alone("b".repeat(700)).choices());
            assertThat(other.usage().cachedTokens())
                    .as("what is damaged is computed")
                    .isLessThan(640);
        }
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    /** The file has no name any more, but Linux lets one open it again. */
    private static void damage() throws IOException {
        Path open = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(open), "this system does not show open files");
        try (var files = Files.list(open)) {
            Path spilled = files.filter(MemoryTest::isSpillFile).findFirst().orElseThrow();
            try (var bytes = FileChannel.open(spilled, StandardOpenOption.WRITE)) {
                bytes.write(ByteBuffer.allocate((int) bytes.size()), 0);
            }
        }
    }

    private static boolean isSpillFile(Path open) {
        try {
            return Files.readSymbolicLink(open).toString().contains("lockstep-kv-");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    @Test
    void shouldExplainWhereItCannotSpill(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(
                        () -> open(FakeMachine.hashing(CONTEXT, 64), ServiceOptions.DEFAULT.withSpill(file, 1 << 20)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("cannot take spilled KV blocks");
        assertThatThrownBy(
                        () -> open(FakeMachine.hashing(CONTEXT, 64), ServiceOptions.DEFAULT.withSpill(directory, 10)))
                .isInstanceOf(EngineException.class)
                .hasMessage(
                        "a file of 10 bytes holds no block of KV cache, which has 256 bytes; let more be spilled, or"
                                + " nothing");
    }

    @Test
    void shouldLetNobodyWaitForAServiceThatHasBrokenDown() {
        var machine = new FakeMachine(258, CONTEXT, 64, tokens -> {
            if (tokens.size() == 20) {
                throw new OutOfMemoryError("Java heap space");
            }
            return new float[258];
        });
        try (var service = open(machine, ServiceOptions.DEFAULT)) {
            Ticket ticket = service.submit(
                    CompletionRequest.of("abc").ignoreEndOfGeneration(true).build(), _ -> {});
            assertThatThrownBy(() -> ticket.result().join())
                    .isInstanceOf(CompletionException.class)
                    .hasMessageContaining("the service has broken down (java.lang.OutOfMemoryError: Java heap space)");
            assertThatThrownBy(() -> service.submit(request("more"), _ -> {}))
                    .isInstanceOf(ServiceClosedException.class);
        }
    }

    private static CompletionResult alone(String text) {
        try (var service = open(FakeMachine.hashing(CONTEXT, 64), ServiceOptions.DEFAULT.withSpeculation(false))) {
            return service.complete(request(text), _ -> {});
        }
    }

    private static CompletionRequest request(String text) {
        return CompletionRequest.of(text)
                .sampling(SamplingParameters.DEFAULT.withSeed(1))
                .maxTokens(30)
                .ignoreEndOfGeneration(true)
                .build();
    }

    private static InferenceService open(FakeMachine machine, ServiceOptions options) {
        return InferenceService.open(new FakeModel().open(machine), options);
    }
}
