package dev.lockstep.engine.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.Script;
import dev.lockstep.engine.TinyTokenizer;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Constraint;
import dev.lockstep.engine.service.EmbeddingRequest;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.Input;
import dev.lockstep.engine.service.Receipt;
import dev.lockstep.engine.service.ServiceOptions;
import dev.lockstep.engine.service.Ticket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/library.md, word for word, and that they do what they say. */
@Timeout(60)
class LibraryExamplesTest {
    static void generate(Path file) {
        try (var service = InferenceService.open(file)) {
            service.generate("Once upon a time", text -> System.out.print(text));
        }
    }

    static void converse(Path file) {
        try (var service = InferenceService.open(file)) {
            var assistant = new Assistant(service).system("You are brief.").maxTokens(200);
            String answer = assistant.ask("Why is the sky blue?");
            assistant.ask("And the sea?", text -> System.out.print(text)); // streamed
            assertThat(answer).isNotNull();
        }
    }

    record Person(String name, int born, List<String> knownFor) {}

    static Person whoInvented(Assistant assistant, String thing) {
        return assistant.ask("Who invented the " + thing + "?", Person.class);
    }

    record Place(String city) {}

    static Assistant withWeather(Assistant assistant) {
        return assistant.tool(
                "weather", "Says how the weather is in a city.", Place.class, place -> "rain in " + place.city());
    }

    static CompletionResult threeIdeas(InferenceService service) {
        CompletionRequest request = CompletionRequest.of("A name for a cat:")
                .sampling(SamplingParameters.DEFAULT.withTemperature(1.2f).withSeed(7))
                .maxTokens(12)
                .stopStrings(List.of("\n"))
                .choices(3)
                .alternatives(5) // with log-probabilities
                .constraint(new Constraint.Regex(" [A-Z][a-z]+"))
                .build();
        Ticket ticket = service.submit(request, event -> {}); // ticket.cancel() ends it before the next step
        return ticket.result().join();
    }

    static String argumentsOfSum(InferenceService service) {
        Prompt gap = new Prompt.Fill("int sum(", ") { return a + b; }", List.of());
        CompletionRequest request =
                CompletionRequest.of(new Input.Continue(gap)).maxTokens(20).build();
        return service.complete(request, event -> {}).choices().getFirst().text();
    }

    static Assistant wentOn(Assistant talk, Assistant later, Path file) {
        talk.save(file);
        later.load(file); // in this process or another one
        return later.fork(); // goes its own way from here
    }

    static List<float[]> embed(InferenceService service) {
        return service.embed(EmbeddingRequest.of(List.of("a cat", "a dog")))
                .join()
                .vectors();
    }

    static Optional<String> checked(InferenceService service) {
        CompletionRequest request =
                CompletionRequest.of("Once").maxTokens(8).receipt(true).build();
        Receipt receipt =
                service.submit(request, event -> {}).result().join().receipt().orElseThrow();
        return service.replay(Receipt.parse(receipt.toJson())); // empty: the same answer came out
    }

    @Test
    void shouldDoWhatTheyShow(@TempDir Path directory) {
        try (var service =
                InferenceService.open(new FakeModel().open(FakeMachine.hashing(4000, 64)), ServiceOptions.DEFAULT)) {
            assertThat(threeIdeas(service).choices())
                    .hasSize(3)
                    .allSatisfy(choice -> assertThat(choice.text()).matches(" ([A-Z][a-z]*)?"));
            assertThat(embed(service)).hasSize(2);
            assertThat(checked(service)).isEmpty();
            var talk = new Assistant(service).system("Be brief.");
            assertThat(wentOn(talk, new Assistant(service), directory.resolve("a.session"))
                            .history())
                    .isEqualTo(talk.history());
            assertThat(withWeather(new Assistant(service))).isNotNull();
            var sampling = SamplingParameters.DEFAULT.withSeed(4);
            Person person =
                    whoInvented(new Assistant(service).sampling(sampling).maxTokens(3000), "wheel");
            assertThat(person.knownFor()).isNotNull();
        }
    }

    @Test
    void shouldFillTheGap() {
        TinyTokenizer tokenizer = TinyTokenizer.filling();
        var script = new Script(tokenizer, "<middle>", prompt -> List.of("int a, int b"));
        var machine = new FakeMachine(tokenizer.vocabularySize(), 200, 64, script);
        try (var service =
                InferenceService.open(new FakeModel("code", tokenizer).open(machine), ServiceOptions.DEFAULT)) {
            assertThat(argumentsOfSum(service)).isEqualTo("int a, int b");
        }
    }

    @Test
    void shouldStandInTheDocumentationWordForWord() throws IOException {
        Path root = Path.of(System.getProperty("lockstep.root", ".."));
        String document = Files.readString(root.resolve("docs/library.md"));
        String source = squeezed(Files.readString(
                root.resolve("engine/src/test/java/dev/lockstep/engine/assistant/LibraryExamplesTest.java")));
        var examples = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(document);
        int count = 0;
        while (examples.find()) {
            for (String line : examples.group(1).lines().toList()) {
                assertThat(source).contains(squeezed(line));
                count++;
            }
        }
        assertThat(count).isGreaterThan(30);
    }

    /** Without spaces: where a line is broken is up to the formatter. */
    private static String squeezed(String text) {
        return text.replaceAll("\\s+", "");
    }
}
