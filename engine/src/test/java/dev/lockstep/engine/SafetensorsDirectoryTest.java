package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.formats.ModelFile;
import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.TensorRows;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.graph.pass.Passes;
import dev.lockstep.graph.reference.ReferenceMachine;
import dev.lockstep.text.Tokenizer;
import dev.lockstep.text.template.ChatTemplate;
import dev.lockstep.text.template.Message;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Directories that Hugging Face's transformers saved, beside what it computed and wrote of them; {@code tools/golden/directories.py} made
 * them.
 */
class SafetensorsDirectoryTest {
    private static final double LOGITS = 2e-5;

    @ParameterizedTest
    @MethodSource("directories")
    void shouldComputeTheLogitsOfTransformers(String name) throws IOException {
        try (ModelFile model = ModelFiles.open(directory(name))) {
            int[] tokens = golden(name)
                    .path("tokens")
                    .valueStream()
                    .mapToInt(JsonNode::intValue)
                    .toArray();

            assertThat(largestDifference(logits(model, tokens), floats(name))).isLessThan(LOGITS);
        }
    }

    @ParameterizedTest
    @MethodSource("directories")
    void shouldCutTextsIntoTheSameTokens(String name) throws IOException {
        try (ModelFile model = ModelFiles.open(directory(name))) {
            Tokenizer tokenizer = Tokenizer.of(model.metadata());
            SoftAssertions all = new SoftAssertions();
            for (JsonNode text : golden(name).path("texts")) {
                all.assertThat(tokenizer.encode(text.path("text").stringValue(), true, true))
                        .as(text.path("text").stringValue())
                        .containsExactly(text.path("tokens")
                                .valueStream()
                                .mapToInt(JsonNode::intValue)
                                .toArray());
            }
            all.assertAll();
        }
    }

    @ParameterizedTest
    @MethodSource("directories")
    void shouldRenderTheSameChat(String name) throws IOException {
        try (ModelFile model = ModelFiles.open(directory(name))) {
            ChatTemplate template =
                    ChatTemplate.of(model.metadata(), "<s>", "</s>").orElseThrow();

            assertThat(template.render(List.of(Message.of("user", "Where is the fox?")), true, List.of(), Map.of()))
                    .isEqualTo(golden(name).path("chat").stringValue());
        }
    }

    private static Stream<String> directories() throws IOException {
        try (Stream<Path> all = Files.list(directory(""))) {
            return all.map(path -> path.getFileName().toString()).sorted().toList().stream();
        }
    }

    private static float[] logits(ModelFile model, int[] tokens) {
        Graph graph = Passes.lower(Architectures.build(ModelDescription.of(model.metadata(), model.tensors())));
        try (Machine machine = new ReferenceMachine(
                        graph, TensorRows.with(graph, model.tensors()), KvType.F32, tokens.length, tokens.length);
                Sequence sequence = machine.open()) {
            Step step = new Step(machine);
            for (int token : tokens) {
                step.add(sequence, token, true);
            }
            machine.run(step);
            return step.logits();
        }
    }

    private static double largestDifference(float[] actual, float[] expected) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            largest = difference <= largest ? largest : difference; // also not a number
        }
        return largest;
    }

    private static float[] floats(String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(directory(name).resolve("golden.logits")))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] floats = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(floats);
        return floats;
    }

    private static JsonNode golden(String name) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(directory(name).resolve("golden.json")));
    }

    private static Path directory(String name) {
        try {
            return Path.of(SafetensorsDirectoryTest.class
                            .getClassLoader()
                            .getResource("directories")
                            .toURI())
                    .resolve(name);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
