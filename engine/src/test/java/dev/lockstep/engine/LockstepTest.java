package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class LockstepTest {
    private final FakeModel fake = new FakeModel();

    @Test
    void shouldPutTheFirstTokenThereOnce() {
        assertThat(new Prompt.Text("<begin>a", true).encode(new TinyTokenizer()))
                .containsExactly(TinyTokenizer.BEGIN, 'a');
        assertThat(new Prompt.Text("a", true).encode(new TinyTokenizer())).containsExactly(TinyTokenizer.BEGIN, 'a');
        assertThat(new Prompt.Text("<begin>", false).encode(new TinyTokenizer()))
                .hasSize(8);
    }

    @Test
    void shouldGiveTheLogitsOfEveryPositionInOrder() {
        FakeMachine machine = FakeMachine.hashing(64, 8);
        try (Lockstep model = fake.open(machine)) {
            int[] tokens = TinyTokenizer.tokens("a text of some more than sixteen tokens");
            List<Float> rows = new ArrayList<>();
            List<Integer> positions = new ArrayList<>();
            model.logits(tokens, (position, logits, offset) -> {
                positions.add(position);
                rows.add(logits[offset + 5]);
            });
            assertThat(machine.steps).startsWith(8, 8, 8);
            List<Float> expected = new ArrayList<>();
            for (int length = 1; length <= tokens.length; length++) {
                int[] prefix = Arrays.copyOf(tokens, length);
                model.logits(prefix, (position, logits, offset) -> {
                    if (position == prefix.length - 1) {
                        expected.add(logits[offset + 5]);
                    }
                });
            }
            assertThat(rows).isEqualTo(expected);
            assertThat(positions)
                    .startsWith(0, 1, 2)
                    .endsWith(tokens.length - 1)
                    .isSorted();
            assertThatThrownBy(() -> model.logits(new int[0], (_, _, _) -> {})).isInstanceOf(EngineException.class);
        }
    }

    @Test
    void shouldLetThreadsWaitForTheirTurn() {
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        try (Lockstep model = fake.open(FakeMachine.hashing(64, 8))) {
            var all = new ArrayList<CompletableFuture<Void>>();
            for (int i = 0; i < 4; i++) {
                all.add(CompletableFuture.runAsync(() ->
                        model.logits(TinyTokenizer.tokens("the same text"), (_, _, _) -> {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            Thread.yield();
                            inside.decrementAndGet();
                        })));
            }
            all.forEach(CompletableFuture::join);
        }
        assertThat(most).hasValue(1);
        assertThat(fake.freed).isEqualTo(1);
    }

    @Test
    void shouldRefuseToBeUsedByItsListenerOrAfterItsEnd() {
        Lockstep model = fake.open(FakeMachine.hashing(64, 8));
        int[] tokens = {1, 2};
        assertThatThrownBy(() -> model.logits(tokens, (_, _, _) -> model.logits(tokens, (_, _, _) -> {})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a listener cannot use its model; wait until the call is done");
        assertThatThrownBy(() -> model.logits(tokens, (_, _, _) -> close(model)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a listener cannot close its model; wait until the call is done");
        model.close();
        model.close();
        assertThat(fake.freed).isEqualTo(1);
        assertThatThrownBy(() -> model.logits(tokens, (_, _, _) -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the model fake.gguf is closed");
    }

    @Test
    void shouldExplainWhatCannotBeOpened(@TempDir Path folder) throws IOException {
        refuse(folder.resolve("absent.gguf"), "absent.gguf: there is no such file");
        refuse(folder, "is a directory");
        refuse(Files.writeString(folder.resolve("text.gguf"), "This is not a model at all, sorry."), "text.gguf");
        refuse(Files.createFile(folder.resolve("empty.gguf")), "empty.gguf");
    }

    @Test
    void shouldRefuseBadOptions() {
        assertThatThrownBy(() -> LockstepOptions.DEFAULT.withThreads(-1)).hasMessage("threads cannot be -1");
        assertThatThrownBy(() -> LockstepOptions.DEFAULT.withContextLength(-5))
                .hasMessage("the context length cannot be -5");
        assertThatThrownBy(() -> LockstepOptions.DEFAULT.withMaxStepTokens(0))
                .hasMessage("the most tokens of a step cannot be 0");
        assertThat(LockstepOptions.DEFAULT.effectiveThreads()).isPositive();
        assertThat(LockstepOptions.DEFAULT.withThreads(3).effectiveThreads()).isEqualTo(3);
    }

    private static void close(Lockstep model) {
        model.close();
    }

    private static void refuse(Path path, String message) {
        assertThatThrownBy(() -> Lockstep.open(path))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(message);
    }
}
