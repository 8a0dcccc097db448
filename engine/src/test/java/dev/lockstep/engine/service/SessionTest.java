package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.assistant.Assistant;
import dev.lockstep.engine.sampling.SamplingParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SessionTest {
    private static final String TEXT = "abcdefghij".repeat(25);
    private static final int TOKENS = 251;

    @TempDir
    private Path directory = Path.of("");

    private Path file = Path.of("");

    @BeforeEach
    void nameAFile() {
        file = directory.resolve("a.session");
    }

    @Test
    void shouldGoOnInAnotherServiceWithoutReadingTheTextAgain() throws IOException {
        CompletionResult alone;
        try (var service = open(FakeMachine.hashing(1000, 64))) {
            assertThat(service.save(Input.text(TEXT), file, "a note"))
                    .isEqualTo(new SavedSession(TOKENS, 192, "a note"));
            alone = service.complete(more(), _ -> {});
        }
        FakeMachine machine = FakeMachine.hashing(1000, 64);
        try (var service = open(machine)) {
            assertThat(service.load(file)).isEqualTo(new SavedSession(TOKENS, 192, "a note"));
            CompletionResult result = service.complete(more(), _ -> {});
            assertThat(result.choices()).isEqualTo(alone.choices());
            assertThat(result.usage().cachedTokens()).isEqualTo(192);
            assertThat(machine.tokensComputed()).isEqualTo(TOKENS + 4 - 192 + 19);
            assertThat(service.load(file).computed()).as("loaded again").isEqualTo(192);
        }
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void shouldSaveAConversation() {
        try (var service = open(FakeMachine.hashing(3000, 64))) {
            var talk = new Assistant(service).system("Be brief.").maxTokens(100);
            talk.ask("One?");
            talk.ask("Two?");
            talk.save(file);
            var again = new Assistant(service).maxTokens(100);
            again.ask("something else");
            assertThat(again.load(file).computed()).isGreaterThan(64);
            assertThat(again.history()).isEqualTo(talk.history());
            assertThat(again.ask("Three?")).isEqualTo(talk.fork().ask("Three?"));
        }
    }

    @Test
    void shouldTakeAsMuchAsMemoryHasRoomFor() {
        try (var service = open(FakeMachine.hashing(1000, 64))) {
            service.save(Input.text(TEXT.repeat(3)), file, "");
        }
        FakeMachine machine = FakeMachine.hashing(800, 64);
        try (var service =
                InferenceService.open(new FakeModel().open(machine), ServiceOptions.DEFAULT.withKvBytes(0))) {
            Ticket busy = service.submit(
                    CompletionRequest.of("z".repeat(100))
                            .ignoreEndOfGeneration(true)
                            .build(),
                    _ -> {});
            assertThat(service.load(file).computed()).isBetween(64, 704);
            busy.cancel();
        }
    }

    @Test
    void shouldRefuseFilesThatAreNone() throws IOException {
        refuse("there is no such session; check the path");
        Files.writeString(file, "");
        refuse("this is no session");
        Files.writeString(file, "The quick brown fox jumps over the lazy dog.");
        refuse("this is no session");
        save();
        byte[] sound = Files.readAllBytes(file);
        sound[8] = 2;
        Files.write(file, sound);
        refuse("the session has version 2, and this program reads version 1; save it again");
    }

    @Test
    void shouldRefuseWhatWasDamagedWhereverItIs() throws IOException {
        save();
        byte[] sound = Files.readAllBytes(file);
        var random = new Random(5);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = sound.clone();
            damaged[12 + random.nextInt(sound.length - 12)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            refuse("the session is damaged: it is not what was written; save it again");
        }
        for (int i = 0; i < 50; i++) {
            Files.write(file, java.util.Arrays.copyOf(sound, 16 + random.nextInt(sound.length - 16)));
            refuse("the session is damaged: it is not what was written; save it again");
        }
    }

    @Test
    void shouldRefuseWhatBelongsToOtherWeights() {
        save();
        try (var service = InferenceService.open(
                new FakeModel("others").open(FakeMachine.hashing(1000, 64)), ServiceOptions.DEFAULT)) {
            assertThatThrownBy(() -> service.load(file))
                    .isInstanceOf(SessionFileException.class)
                    .hasMessage(file + ": the session belongs to another model or another way of computing (weights"
                            + " differs); open the model that it was saved with, with the same options");
        }
    }

    @Test
    void shouldRefuseATextThatIsTooLong() {
        save();
        try (var service = open(FakeMachine.hashing(100, 64))) {
            assertThatThrownBy(() -> service.load(file)).isInstanceOf(ContextExceededException.class);
        }
    }

    @Test
    void shouldExplainWhereItCannotWrite() {
        try (var service = open(FakeMachine.hashing(1000, 64))) {
            Path nowhere = directory.resolve("none").resolve("a.session");
            assertThatThrownBy(() -> service.save(Input.text(TEXT), nowhere, ""))
                    .isInstanceOf(SessionFileException.class)
                    .hasMessageContaining("the session cannot be written");
        }
    }

    private void save() {
        try (var service = open(FakeMachine.hashing(1000, 64))) {
            service.save(Input.text(TEXT), file, "");
        }
    }

    private void refuse(String sentence) {
        try (var service = open(FakeMachine.hashing(1000, 64))) {
            assertThatThrownBy(() -> service.load(file))
                    .isInstanceOf(SessionFileException.class)
                    .hasMessage(file + ": " + sentence);
        }
    }

    private static CompletionRequest more() {
        return CompletionRequest.of(TEXT + "more")
                .sampling(SamplingParameters.DEFAULT.withSeed(3))
                .maxTokens(20)
                .ignoreEndOfGeneration(true)
                .build();
    }

    private static InferenceService open(FakeMachine machine) {
        return InferenceService.open(new FakeModel().open(machine), ServiceOptions.DEFAULT.withSpeculation(false));
    }
}
