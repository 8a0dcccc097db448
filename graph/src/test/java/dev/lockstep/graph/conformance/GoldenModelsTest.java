package dev.lockstep.graph.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.formats.GgufFile;
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
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logits of tiny models beside those of Hugging Face's transformers, which {@code tools/golden/architectures.py} wrote. */
class GoldenModelsTest {
    private static final int[] TOKENS = {
        1, 17, 5, 30, 2, 2, 19, 8, 27, 11, 3, 14, 25, 9, 6, 21, 13, 29, 4, 16, 7, 23, 10, 28
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "command-r",
                "ernie4_5",
                "exaone",
                "exaone4",
                "glm4",
                "glm4moe",
                "olmo2",
                "olmo3",
                "olmoe",
                "phi2",
                "seed_oss",
                "smollm3",
                "starcoder",
                "starcoder2"
            })
    void shouldComputeTheLogitsOfTransformers(String name) throws Exception {
        float[] expected = floats(resource(name + ".logits"));
        Deviation deviation =
                Deviation.between(logits(resource(name + ".gguf")), expected, expected.length / TOKENS.length);

        assertThat(deviation.rms()).isLessThanOrEqualTo(Tolerance.A.rms());
        assertThat(deviation.max()).isLessThanOrEqualTo(Tolerance.A.max());
        assertThat(deviation.top1()).isEqualTo(1);
    }

    private static float[] logits(Path file) {
        try (GgufFile gguf = GgufFile.open(file)) {
            Graph graph = Passes.lower(Architectures.build(ModelDescription.of(gguf.metadata(), gguf.tensors())));
            try (Machine machine = new ReferenceMachine(
                            graph, TensorRows.with(graph, gguf.tensors()), KvType.F32, TOKENS.length, TOKENS.length);
                    Sequence sequence = machine.open()) {
                Step step = new Step(machine);
                for (int token : TOKENS) {
                    step.add(sequence, token, true);
                }
                machine.run(step);
                return step.logits();
            }
        }
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(GoldenModelsTest.class
                .getClassLoader()
                .getResource("golden/" + name)
                .toURI());
    }

    private static float[] floats(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        float[] floats = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(floats);
        return floats;
    }
}
