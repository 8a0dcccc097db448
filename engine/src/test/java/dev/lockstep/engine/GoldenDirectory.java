package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.formats.ModelFile;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Precision;
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
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A directory that Hugging Face's transformers saved, beside what it computed and wrote of it; {@code tools/golden/directories.py} made
 * them.
 */
public record GoldenDirectory(String name) {
    private static final double LOGITS = 2e-5;
    /** Of quantised weights, whose inputs are rounded, too. */
    private static final double ROUNDED_LOGITS = 1e-3;

    public static Stream<GoldenDirectory> all() {
        try (Stream<Path> all = Files.list(root())) {
            return all.map(path -> new GoldenDirectory(path.getFileName().toString())).toList().stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public Path path() {
        return root().resolve(name);
    }

    /** Whether the model computes what transformers did. */
    public void shouldComputeTheSameLogits(ModelFile model) throws IOException {
        int[] tokens = integers(json().path("tokens"));

        boolean rounded = model.tensors().values().stream()
                .anyMatch(tensor -> tensor.type().quantized());
        assertThat(largestDifference(logits(model, tokens), floats())).isLessThan(rounded ? ROUNDED_LOGITS : LOGITS);
    }

    /** Whether the model cuts texts as transformers did. */
    public void shouldCutTextsIntoTheSameTokens(ModelFile model) throws IOException {
        Tokenizer tokenizer = Tokenizer.of(model.metadata());
        SoftAssertions soft = new SoftAssertions();
        for (JsonNode text : json().path("texts")) {
            soft.assertThat(tokenizer.encode(text.path("text").stringValue(), true, true))
                    .as(text.path("text").stringValue())
                    .containsExactly(integers(text.path("tokens")));
        }
        soft.assertAll();
    }

    /** Whether the model writes a chat as transformers did. */
    public void shouldRenderTheSameChat(ModelFile model) throws IOException {
        ChatTemplate template = ChatTemplate.of(model.metadata(), "<s>", "</s>").orElseThrow();

        assertThat(template.render(List.of(Message.of("user", "Where is the fox?")), true, List.of(), Map.of()))
                .isEqualTo(json().path("chat").stringValue());
    }

    private static int[] integers(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static float[] logits(ModelFile model, int[] tokens) {
        Graph graph = Passes.lower(
                Architectures.build(ModelDescription.of(model.metadata(), model.tensors())), Precision.HIGH);
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

    private float[] floats() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path().resolve("golden.logits")))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] floats = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(floats);
        return floats;
    }

    private JsonNode json() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(path().resolve("golden.json")));
    }

    private static Path root() {
        try {
            return Path.of(GoldenDirectory.class
                    .getClassLoader()
                    .getResource("directories")
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
