package dev.lockstep.compiler.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.formats.GgufFile;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.lpu.isa.Element;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Logits and tokens of simulated chips beside those of another engine in float32; class B of the conformance data. */
class ConformanceTest {
    private static final Path DATA = Path.of("../../shared/conformance");
    private static final int TOKENS = 4;

    @ParameterizedTest
    @ValueSource(strings = {"llama_gqa-F16", "llama3_ropefreqs-F16"})
    void shouldComputeTheLogitsOfTheReference(String name) throws IOException {
        Path folder = DATA.resolve("models");
        assumeTrue(Files.isDirectory(folder), "no conformance data beside the repository");
        JsonNode run =
                JsonMapper.shared().readTree(folder.resolve(name + ".json").toFile());
        Path exact = folder.resolve(run.required("exact").required("file").asString());
        FloatBuffer expected = ByteBuffer.wrap(Files.readAllBytes(exact))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        try (GgufFile file = GgufFile.open(folder.resolve(run.required("gguf").asString()));
                SimulatedModel model = new SimulatedModel(
                        ModelDescription.of(file.metadata(), file.tensors()), 1, 64, 0, Element.FP16)) {
            double squares = 0;
            double reference = 0;
            for (int i = 0; i < TOKENS; i++) {
                float[] logits = model.next(run.required("tokens_in").get(i).asInt());
                for (float logit : logits) {
                    float wanted = expected.get();
                    squares += Math.pow(logit - wanted, 2);
                    reference += (double) wanted * wanted;
                }
            }
            assertThat(Math.sqrt(squares / reference)).isLessThan(6e-3);
        }
    }

    @Test
    void shouldTellTheStoryThatTheReferenceTells() throws IOException {
        Path folder = DATA.resolve("stories260k");
        assumeTrue(Files.isDirectory(folder), "no conformance data beside the repository");
        JsonNode story = JsonMapper.shared()
                .readTree(folder.resolve("stories260k.json").toFile())
                .required("cases")
                .get(0);
        try (GgufFile file = GgufFile.open(folder.resolve("stories260k.gguf"));
                SimulatedModel model = new SimulatedModel(
                        ModelDescription.of(file.metadata(), file.tensors()), 4, 64, 0, Element.FP16)) {
            float[] logits = {};
            for (JsonNode token : story.required("tokens_in")) {
                logits = model.next(token.asInt());
            }
            for (int i = 0; i < TOKENS; i++) {
                int token = story.required("greedy_tokens_out").get(i).asInt();
                assertThat(largest(logits)).as("token %d", i).isEqualTo(token);
                logits = model.next(token);
            }
        }
    }

    private static int largest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }
}
