package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchmarkTest {
    @Test
    void shouldTimePromptAndSteps() {
        FakeMachine machine = FakeMachine.hashing(64, 8);
        try (Lockstep model = new FakeModel().open(machine)) {
            BenchmarkResult result = model.benchmark(new BenchmarkOptions(20, 5, 2, List.of(3)));
            assertThat(machine.steps)
                    .startsWith(8, 1, 1) // until everything is warm
                    .endsWith(
                            8, 8, 4, 1, 1, 1, 1, 1, 8, 8, 4, 1, 1, 1, 1, 1, // then alone and three at once, in turn
                            1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1);
            assertThat(result.tokenP99Ms()).isGreaterThanOrEqualTo(result.tokenMedianMs());
            assertThat(result.batches()).singleElement().satisfies(batch -> {
                assertThat(batch.sequences()).isEqualTo(3);
                assertThat(batch.ratio()).isPositive();
            });
            assertThat(result.bytesPerToken()).isEqualTo(2 * 34 + 64 * 4 * TinyTokenizer.SIZE);
            assertThat(result.prefillTps()).isPositive();
            assertThat(result.decodeTps()).isPositive();
            assertThat(result.firstTokenMs()).isPositive();
            assertThat(result.residentMb()).isGreaterThan(1);
            assertThat(result.bandwidthShare())
                    .as("of a machine without packed weights")
                    .isNaN();
            assertThat(result.fields())
                    .containsEntry("model", "fake.gguf")
                    .containsEntry("type", "F32")
                    .containsEntry("engine", "fake")
                    .containsEntry("threads", 2)
                    .containsKeys(
                            "prefill_tps",
                            "decode_tps",
                            "bytes_per_token",
                            "bandwidth_gbs",
                            "bandwidth_share",
                            "products_per_token",
                            "arithmetic_gps",
                            "arithmetic_share",
                            "first_token_ms",
                            "resident_mb");
        }
    }

    @Test
    void shouldCountKeysAndValuesThatAreSeen() {
        var options = LockstepOptions.DEFAULT.withEngine(EngineChoice.REFERENCE).withContextLength(16);
        try (ShapeModel model = ShapeModel.open("stories-15m", WeightTypes.Q4_0, options)) {
            long few = model.benchmark(new BenchmarkOptions(4, 1, 1, List.of())).bytesPerToken();
            long more =
                    model.benchmark(new BenchmarkOptions(4, 3, 1, List.of())).bytesPerToken();
            assertThat(more - few)
                    .as("a position more in the mean: 6 layers with keys and values of 288 float16")
                    .isEqualTo(6 * 2 * 288 * 2);
        }
    }

    @Test
    void shouldRefuseWhatDoesNotFitTheContext() {
        try (Lockstep model = new FakeModel().open(FakeMachine.hashing(64, 8))) {
            assertThatThrownBy(() -> model.benchmark(new BenchmarkOptions(60, 5, 1, List.of())))
                    .isInstanceOf(EngineException.class)
                    .hasMessage(
                            "the benchmark needs 65 positions, but the context holds 64; measure fewer tokens or open"
                                    + " the model with a larger context");
        }
        try (Lockstep model = new FakeModel().open(FakeMachine.hashing(64, 8))) {
            assertThatThrownBy(() -> model.benchmark(new BenchmarkOptions(6, 5, 1, List.of(2, 9))))
                    .isInstanceOf(EngineException.class)
                    .hasMessage("a batch of 9 sequences; a step takes at most 8");
        }
        assertThatThrownBy(() -> new BenchmarkOptions(0, 1, 1, List.of()))
                .hasMessage("prompt tokens of a benchmark are 0, must be 1 or more");
    }

    @Test
    void shouldMakeAModelOfAShape() {
        List<String> progress = new ArrayList<>();
        var options = LockstepOptions.DEFAULT
                .withEngine(EngineChoice.REFERENCE)
                .withContextLength(16)
                .withProgress((what, _, _) -> progress.add(what));
        try (ShapeModel model = ShapeModel.open("stories-15m", WeightTypes.Q4_0, options)) {
            BenchmarkResult result = model.benchmark(new BenchmarkOptions(4, 2, 1, List.of()));
            assertThat(result.model()).isEqualTo("stories-15m");
            assertThat(result.type()).isEqualTo("Q4_0");
            assertThat(result.engine()).isEqualTo("reference");
            assertThat(result.bytesPerToken()).isBetween(8_000_000L, 10_000_000L);
        }
        assertThat(progress).contains("making random weights");
    }

    @Test
    void shouldNameTheShapesThatThereAre() {
        assertThatThrownBy(() -> ShapeModel.open("gpt-9", WeightTypes.F16, LockstepOptions.DEFAULT))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("there is no shape \"gpt-9\"; use one of stories-15m");
    }

    @Test
    void shouldCountOnlyTheExpertsThatAreUsed() {
        var graph = Architectures.build(ModelShape.named("mixtral-8x7b").describe(WeightTypes.Q4_K));
        assertThat(WeightTraffic.mainType(graph)).isEqualTo(TensorType.Q4_K);
        // 46.7 G parameters, 12.9 G of them active, less the embedding of 0.13 G; 4.5 bits each.
        assertThat(WeightTraffic.bytesPerToken(graph) * 8 / 4.5 / 1e9).isBetween(12.6, 12.9);
    }
}
