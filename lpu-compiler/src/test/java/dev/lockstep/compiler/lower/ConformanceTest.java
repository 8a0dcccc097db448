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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Logits and tokens of simulated chips beside those of another engine in float32; class B of the conformance data. */
class ConformanceTest {
    private static final Path DATA = Path.of("../../shared/conformance");
    private static final int FEW = 4;
    private static final int POSITIONS = 64;
    private static final double CLOSE = 0.1;

    @ParameterizedTest
    @CsvSource({
        "llama_gqa-F16, 1",
        "llama3_ropefreqs-F16, 2",
        "llama_headdim-F16, 8",
        "llama_tied-F16, 4",
        "llama_yarn-F16, 1",
        "qwen2-F16, 2",
        "qwen3-F16, 2",
        "qwen3_tied-F16, 4",
        "gemma-F16, 8",
        "granite-F16, 1",
        "phi3-F16.ctx1024, 2",
        "mixtral-F16, 8",
        "qwen2moe-F16, 2",
        "qwen3moe-F16, 1",
        "granitemoe-F16, 4",
        "gptoss-F16, 8",
        "gemma2-F16, 2",
        "gemma3-F16, 4",
        "mistral3-F16, 1"
    })
    void shouldComputeTheLogitsOfTheReference(String name, int chips) throws IOException {
        JsonNode run = run(name);
        try (GgufFile file = open(run);
                SimulatedModel model = model(file, chips, Element.FP16)) {
            Distance distance = new Distance(exact(run));
            ScalarModel scalar = new ScalarModel(
                    ModelDescription.of(file.metadata(), file.tensors()), LpuCompiler.SHARDS, 0, Element.FP16);
            for (int i = 0; i < FEW; i++) {
                int token = run.required("tokens_in").get(i).asInt();
                float[] logits = model.next(token);
                assertThat(logits).as("plain loops").containsExactly(scalar.next(token));
                distance.add(logits);
            }
            assertThat(distance.rms()).isLessThan(6e-3);
        }
    }

    /** Outputs that follow one another closely, with scales and biases to be read for each. */
    @Test
    void shouldEqualPlainLoopsWithIntegerWeightsAndBiases() throws IOException {
        JsonNode run = run("gptoss-F16");
        try (GgufFile file = open(run);
                SimulatedModel model = model(file, 1, Element.INT8)) {
            ScalarModel scalar = new ScalarModel(
                    ModelDescription.of(file.metadata(), file.tensors()), LpuCompiler.SHARDS, 0, Element.INT8);
            int token = run.required("tokens_in").get(0).asInt();
            assertThat(model.next(token)).containsExactly(scalar.next(token));
        }
    }

    /** All tokens on all numbers of chips; docs/lpu.md has the command. */
    @ParameterizedTest
    @EnabledIfSystemProperty(named = "lockstep.lpu.conformance", matches = "true")
    @ValueSource(
            strings = {
                "llama_gqa-F16",
                "llama3_ropefreqs-F16",
                "llama_headdim-F16",
                "llama_k256-BF16",
                "llama_linear-F16",
                "llama_tied-F16",
                "llama_yarn-F16",
                "qwen2-F16",
                "qwen2_tied_yarn-F16",
                "qwen3-F16",
                "qwen3_tied-F16",
                "gemma-F16",
                "granite-F16",
                "phi3-F16.ctx1024"
            })
    void shouldContinueAsTheReferenceDoes(String name) throws IOException {
        JsonNode run = run(name);
        try (GgufFile file = open(run)) {
            for (int chips : List.of(1, 2, 4, 8)) {
                try (SimulatedModel model = model(file, chips, Element.FP16)) {
                    Outcome outcome = continued(run, model);
                    System.out.println(outcome.line(name, chips + " chips, FP16"));
                    assertThat(outcome.distance().rms()).isLessThan(6e-3);
                    assertThat(outcome.distance().largest()).isLessThan(4e-2);
                    assertThat(outcome.same()).isGreaterThanOrEqualTo(outcome.certain());
                }
            }
            try (SimulatedModel model = model(file, 1, Element.INT8)) {
                System.out.println(continued(run, model).line(name, "1 chip, INT8"));
            }
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
                SimulatedModel model = model(file, 4, Element.FP16)) {
            float[] logits = {};
            for (JsonNode token : story.required("tokens_in")) {
                logits = model.next(token.asInt());
            }
            for (int i = 0; i < FEW; i++) {
                int token = story.required("greedy_tokens_out").get(i).asInt();
                assertThat(largest(logits)).as("token %d", i).isEqualTo(token);
                logits = model.next(token);
            }
        }
    }

    /**
     * @param same tokens of the greedy continuation before the first that differs
     * @param certain tokens before the first whose margin class B leaves open
     */
    private record Outcome(Distance distance, int same, int certain, int all) {
        String line(String name, String how) {
            return "%-22s %-15s rms/std %.1e  max/std %.1e  greedy %d of %d, %d certain"
                    .formatted(name, how, distance.rms(), distance.largest(), same, all, certain);
        }
    }

    private static Outcome continued(JsonNode run, SimulatedModel model) throws IOException {
        Distance distance = new Distance(exact(run));
        float[] logits = {};
        for (JsonNode token : run.required("tokens_in")) {
            logits = model.next(token.asInt());
            distance.add(logits);
        }
        JsonNode tokens = run.required("exact").required("greedy_tokens_out");
        int same = 0;
        while (same < tokens.size() && largest(logits) == tokens.get(same).asInt()) {
            logits = model.next(tokens.get(same).asInt());
            same++;
        }
        JsonNode margins = run.required("exact").required("greedy_margin");
        int certain = 0;
        while (certain < margins.size() && margins.get(certain).asDouble() >= CLOSE) {
            certain++;
        }
        return new Outcome(distance, same, certain, tokens.size());
    }

    /** How far logits are from others, in deviations of these. */
    private static final class Distance {
        private final FloatBuffer expected;
        private double squares;
        private double reference;
        private double largest;
        private int count;

        Distance(FloatBuffer expected) {
            this.expected = expected;
        }

        void add(float[] logits) {
            for (float logit : logits) {
                float wanted = expected.get();
                squares += Math.pow(logit - wanted, 2);
                reference += (double) wanted * wanted;
                largest = Math.max(largest, Math.abs(logit - wanted));
                count++;
            }
        }

        double rms() {
            return Math.sqrt(squares / reference);
        }

        double largest() {
            return largest / Math.sqrt(reference / count);
        }
    }

    private static JsonNode run(String name) {
        Path folder = DATA.resolve("models");
        assumeTrue(Files.isDirectory(folder), "no conformance data beside the repository");
        return JsonMapper.shared().readTree(folder.resolve(name + ".json").toFile());
    }

    private static GgufFile open(JsonNode run) {
        return GgufFile.open(DATA.resolve("models").resolve(run.required("gguf").asString()));
    }

    private static FloatBuffer exact(JsonNode run) throws IOException {
        Path exact = DATA.resolve("models")
                .resolve(run.required("exact").required("file").asString());
        return ByteBuffer.wrap(Files.readAllBytes(exact))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }

    private static SimulatedModel model(GgufFile file, int chips, Element weights) {
        return new SimulatedModel(ModelDescription.of(file.metadata(), file.tensors()), chips, POSITIONS, 0, weights);
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
