package dev.lockstep.graph.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.GgufFile;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.TensorRows;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.graph.pass.Passes;
import dev.lockstep.graph.reference.ReferenceMachine;
import dev.lockstep.tensor.TensorType;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The reference interpreter against the logits and greedy continuations of {@code ../shared/conformance}. */
@Tag("conformance")
class ConformanceTest {
    /** One line of the table. */
    private record Result(ConformanceCase test, Tolerance tolerance, Deviation deviation, int greedy, int compared) {}

    @Test
    void shouldAgreeWithEveryModelThatCanBeComputed() {
        assumeThat(Files.isDirectory(ConformanceCase.folder()))
                .as("conformance data at " + ConformanceCase.folder())
                .isTrue();
        List<Result> results = new ArrayList<>();
        ConformanceCase.all().filter(ConformanceTest::computable).forEach(test -> results.add(run(test)));

        results.forEach(result -> IO.println(line(result)));
        assertThat(results).hasSizeGreaterThan(60).allSatisfy(ConformanceTest::check);

        List<Deviation> quantized = results.stream()
                .filter(result -> result.tolerance() == Tolerance.C)
                .map(Result::deviation)
                .toList();
        assertThat(quantized.stream().mapToDouble(Deviation::rms).average().orElseThrow())
                .isLessThanOrEqualTo(0.03);
        assertThat(quantized.stream().mapToDouble(Deviation::top1).average().orElseThrow())
                .isGreaterThanOrEqualTo(0.94);
    }

    @Test
    void shouldRefuseTypesThatCannotBeComputedByName() {
        assumeThat(Files.isDirectory(ConformanceCase.folder()))
                .as("conformance data at " + ConformanceCase.folder())
                .isTrue();
        List<ConformanceCase> refused =
                ConformanceCase.all().filter(test -> !computable(test)).toList();

        assertThat(refused).isNotEmpty().allSatisfy(test -> {
            try (GgufFile file = GgufFile.open(test.gguf())) {
                ModelDescription model = ModelDescription.of(file.metadata(), file.tensors());
                assertThatThrownBy(() -> Architectures.build(model))
                        .isInstanceOf(FormatException.class)
                        .hasMessageContaining(test.gguf().getFileName().toString())
                        .hasMessageContaining("which cannot be computed with; use a model in F32, F16");
            }
        });
    }

    private static boolean computable(ConformanceCase test) {
        try (GgufFile file = GgufFile.open(test.gguf())) {
            return file.tensors().values().stream()
                    .allMatch(tensor -> tensor.type().computable());
        }
    }

    private static Result run(ConformanceCase test) {
        try (GgufFile file = GgufFile.open(test.gguf())) {
            Graph graph = Passes.lower(
                    Architectures.build(ModelDescription.of(file.metadata(), file.tensors()), test.contextLength()));
            boolean rounds = graph.weights().stream().map(Weight::type).anyMatch(TensorType::quantized);
            Tolerance tolerance = rounds ? Tolerance.C : Tolerance.A;
            int[] tokens = IntStream.concat(IntStream.of(test.tokens()), IntStream.of(test.exactGreedy()))
                    .toArray();
            try (Machine machine = new ReferenceMachine(
                            graph, TensorRows.with(graph, file.tensors()), KvType.F32, tokens.length, tokens.length);
                    Sequence sequence = machine.open()) {
                Step step = new Step(machine);
                for (int token : tokens) {
                    step.add(sequence, token, true);
                }
                machine.run(step);
                return compare(test, tolerance, step.logits(), machine.vocabularySize());
            }
        }
    }

    /**
     * The continuation was fed as expected, so that every step can be compared whose margin says that rounding cannot decide.
     * Stricter than the README, which stops at the first step that rounding may decide.
     */
    private static Result compare(ConformanceCase test, Tolerance tolerance, float[] logits, int width) {
        Deviation deviation = Deviation.between(Arrays.copyOf(logits, test.exact().length), test.exact(), width);
        int agreed = 0;
        int compared = 0;
        for (int i = 0; i < test.exactGreedy().length; i++) {
            int start = (test.tokens().length - 1 + i) * width;
            double margin = test.exactMargins().length > 0 ? test.exactMargins()[i] : margin(logits, start, width);
            if (margin >= tolerance.margin()) {
                compared++;
                agreed += Deviation.argMax(logits, start, width) == test.exactGreedy()[i] ? 1 : 0;
            }
        }
        return new Result(test, tolerance, deviation, agreed, compared);
    }

    private static double margin(float[] logits, int start, int width) {
        float[] sorted = Arrays.copyOfRange(logits, start, start + width);
        Arrays.sort(sorted);
        return sorted[width - 1] - sorted[width - 2];
    }

    private static void check(Result result) {
        Deviation deviation = result.deviation();
        Tolerance tolerance = result.tolerance();
        assertThat(deviation.rms()).isLessThanOrEqualTo(tolerance.rms());
        assertThat(deviation.max()).isLessThanOrEqualTo(tolerance.max());
        assertThat(deviation.oneMinusCosine()).isLessThanOrEqualTo(tolerance.oneMinusCosine());
        assertThat(deviation.top1()).isGreaterThanOrEqualTo(tolerance.top1());
        assertThat(result.greedy()).isEqualTo(result.compared());
        if (tolerance == Tolerance.C) {
            assertThat(deviation.absoluteRms())
                    .isLessThanOrEqualTo(2 * result.test().engineRms().orElseThrow());
        }
    }

    private static String line(Result result) {
        Deviation deviation = result.deviation();
        String engine = result.test().engineRms().isPresent()
                ? "%.2f"
                        .formatted(deviation.absoluteRms()
                                / result.test().engineRms().getAsDouble())
                : "-";
        return String.format(
                Locale.ROOT,
                "%-24s class %s  rms/std %.1e  max/std %.1e  1-cos %.1e  top-1 %.3f  greedy %d/%d  rms/llama.cpp %s",
                result.test().name(),
                result.tolerance().name(),
                deviation.rms(),
                deviation.max(),
                deviation.oneMinusCosine(),
                deviation.top1(),
                result.greedy(),
                result.compared(),
                engine);
    }
}
