package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ScoredToken;
import dev.lockstep.engine.service.ServiceOptions;
import dev.lockstep.graph.KvType;
import dev.lockstep.host.HostUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model of the conformance pack, from its file to its story. */
class StoriesTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("lockstep.root", "."), "../shared/conformance/stories260k");

    @BeforeEach
    void needsTheConformancePack() {
        assumeTrue(Files.isDirectory(FOLDER), () -> FOLDER + " is not there");
    }

    @ParameterizedTest
    @EnumSource(names = {"REFERENCE", "HOST"})
    void shouldTellTheStoriesThatOtherEnginesTell(EngineChoice engine) throws IOException {
        String json = Files.readString(FOLDER.resolve("stories260k.json"));
        List<String> prompts = fields(json, "\"prompt\": \"([^\"]*)\"");
        List<String> tokens = fields(json, "\"greedy_tokens_out\": \\[ ([^]]*) ]");
        assertThat(prompts).hasSize(3).hasSameSizeAs(tokens);
        try (var model = serve("stories260k.gguf", options(engine))) {
            for (int i = 0; i < prompts.size(); i++) {
                assertThat(greedy(model, prompts.get(i), 200).choices().getFirst().tokens().stream()
                                .map(ScoredToken::token)
                                .toList())
                        .isEqualTo(integers(tokens.get(i)));
            }
        }
    }

    @Test
    void shouldBeginTheStoryAsItsAuthorPrintsIt() {
        try (var model = serve("stories260k.gguf", LockstepOptions.DEFAULT)) {
            assertThat(greedy(model, "Once upon a time", 60).text())
                    .startsWith(
                            ", there was a little girl named Lily. She loved to play outside in the park. One day, she"
                                    + " saw a big, red ball.");
        }
    }

    @Test
    void shouldTellTheSameStoryFromTheSameSeedWhateverTheMachineThreadsAndChunks() {
        var request = CompletionRequest.of("One day, a boy named Tim went to the park")
                .sampling(SamplingParameters.DEFAULT.withSeed(7).withTemperature(1.2f))
                .maxTokens(40)
                .build();
        Set<String> stories = new HashSet<>();
        for (var opening : List.of(
                options(EngineChoice.REFERENCE).withMaxStepTokens(1),
                options(EngineChoice.REFERENCE).withMaxStepTokens(256),
                options(EngineChoice.AUTO).withMaxStepTokens(5).withThreads(1))) {
            try (var model = serve("stories260k-Q8_0.gguf", opening)) {
                stories.add(model.complete(request, _ -> {}).text());
            }
        }
        assertThat(stories).hasSize(1);
    }

    @Test
    void shouldComputeTheLogitsOfOtherEngines() throws IOException {
        FloatBuffer expected = ByteBuffer.wrap(Files.readAllBytes(FOLDER.resolve("stories260k.p0.logits.f32")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        try (Lockstep model = open("stories260k.gguf", options(EngineChoice.REFERENCE))) {
            int vocabulary = model.machine().vocabularySize();
            assertThat(expected.remaining()).isEqualTo(5 * vocabulary);
            model.logits(new int[] {1, 403, 407, 261, 378}, (position, logits, offset) -> {
                for (int token = 0; token < vocabulary; token++) {
                    assertThat(Math.abs(logits[offset + token] - expected.get(position * vocabulary + token)))
                            .isLessThan(2.5e-3f);
                }
            });
        }
    }

    private static LockstepOptions options(EngineChoice engine) {
        return LockstepOptions.DEFAULT.withEngine(engine).withKvType(KvType.F32);
    }

    private static Lockstep open(String file, LockstepOptions options) {
        try {
            return Lockstep.open(FOLDER.resolve(file), options);
        } catch (EngineException failure) {
            assumeFalse(failure.getCause() instanceof HostUnavailableException, failure.getMessage());
            throw failure;
        }
    }

    private static InferenceService serve(String file, LockstepOptions options) {
        return InferenceService.open(open(file, options), ServiceOptions.DEFAULT);
    }

    private static CompletionResult greedy(InferenceService model, String prompt, int tokens) {
        return model.complete(
                CompletionRequest.of(prompt)
                        .sampling(SamplingParameters.GREEDY)
                        .maxTokens(tokens)
                        .build(),
                _ -> {});
    }

    private static List<String> fields(String json, String pattern) {
        return Pattern.compile(pattern)
                .matcher(json)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static List<Integer> integers(String list) {
        return Stream.of(list.split(","))
                .map(String::strip)
                .map(Integer::valueOf)
                .toList();
    }
}
