package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.graph.KvType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A model of the conformance pack, from its file to its story. */
class StoriesTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("lockstep.root", "."), "../shared/conformance/stories260k");
    private static final LockstepOptions REFERENCE =
            LockstepOptions.DEFAULT.withEngine(EngineChoice.REFERENCE).withKvType(KvType.F32);

    @BeforeEach
    void needsTheConformancePack() {
        assumeTrue(Files.isDirectory(FOLDER), () -> FOLDER + " is not there");
    }

    @Test
    void shouldTellTheStoriesThatOtherEnginesTell() throws IOException {
        String json = Files.readString(FOLDER.resolve("stories260k.json"));
        List<String> prompts = fields(json, "\"prompt\": \"([^\"]*)\"");
        List<String> tokens = fields(json, "\"greedy_tokens_out\": \\[ ([^]]*) ]");
        assertThat(prompts).hasSize(3).hasSameSizeAs(tokens);
        try (Lockstep model = Lockstep.open(FOLDER.resolve("stories260k.gguf"), REFERENCE)) {
            for (int i = 0; i < prompts.size(); i++) {
                Generation story = model.generate(
                        GenerationRequest.of(prompts.get(i)).with(GenerationOptions.GREEDY.withMaxTokens(200)),
                        _ -> {});
                assertThat(story.tokens()).isEqualTo(integers(tokens.get(i)));
            }
        }
    }

    @Test
    void shouldBeginTheStoryAsItsAuthorPrintsIt() {
        try (Lockstep model = Lockstep.open(FOLDER.resolve("stories260k.gguf"), REFERENCE)) {
            Generation story = model.generate(
                    GenerationRequest.of("Once upon a time").with(GenerationOptions.GREEDY.withMaxTokens(60)), _ -> {});
            assertThat(story.text())
                    .startsWith(
                            ", there was a little girl named Lily. She loved to play outside in the park. One day, she"
                                    + " saw a big, red ball.");
        }
    }

    @Test
    void shouldTellTheSameStoryWithTheSameSeedWhateverTheChunks() {
        var options = GenerationOptions.DEFAULT
                .withSampling(SamplingParameters.DEFAULT.withSeed(7).withTemperature(1.2f))
                .withMaxTokens(40);
        var request = GenerationRequest.of("One day, a boy named Tim went to the park")
                .with(options);
        List<String> stories = Stream.of(1, 5, 256)
                .map(chunk -> {
                    try (Lockstep model = Lockstep.open(
                            FOLDER.resolve("stories260k-Q8_0.gguf"), REFERENCE.withMaxStepTokens(chunk))) {
                        return model.generate(request, _ -> {}).text();
                    }
                })
                .distinct()
                .toList();
        assertThat(stories).hasSize(1);
    }

    @Test
    void shouldComputeTheLogitsOfOtherEngines() throws IOException {
        FloatBuffer expected = ByteBuffer.wrap(Files.readAllBytes(FOLDER.resolve("stories260k.p0.logits.f32")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        try (Lockstep model = Lockstep.open(FOLDER.resolve("stories260k.gguf"), REFERENCE)) {
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
