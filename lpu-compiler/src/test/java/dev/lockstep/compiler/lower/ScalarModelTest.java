package dev.lockstep.compiler.lower;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chips compute what plain loops do, bit for bit. */
class ScalarModelTest {
    static Stream<ModelDescription> models() {
        return Stream.of(
                SmallModels.grouped(21),
                SmallModels.wide(22),
                SmallModels.manyQueries(23),
                SmallModels.deep(26),
                SmallModels.experts(27));
    }

    /** The 321st position opens a second vector of scores. */
    @Test
    void shouldEqualTheScalarModelWhereScoresTakeSeveralVectors() {
        ModelDescription description = SmallModels.grouped(24);
        ScalarModel scalar = new ScalarModel(description, LpuCompiler.SHARDS, 318, Element.FP16);
        try (SimulatedModel simulated = new SimulatedModel(description, 1, 640, 318, Element.FP16)) {
            for (int token : new int[] {3, 41, 7, 42}) {
                assertThat(simulated.next(token)).containsExactly(scalar.next(token));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldEqualTheScalarModelWithIntegerWeights(ModelDescription description) {
        ScalarModel scalar = new ScalarModel(description, LpuCompiler.SHARDS, 0, Element.INT8);
        try (SimulatedModel simulated = new SimulatedModel(description, 4, 64, 0, Element.INT8)) {
            for (int token : new int[] {3, 41}) {
                assertThat(simulated.next(token)).containsExactly(scalar.next(token));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldEqualTheScalarModel(ModelDescription description) {
        ScalarModel scalar = new ScalarModel(description, LpuCompiler.SHARDS, 0, Element.FP16);
        try (SimulatedModel simulated = new SimulatedModel(description, 2, 64)) {
            for (int token : new int[] {3, 41, 7, 41}) {
                assertThat(simulated.next(token)).containsExactly(scalar.next(token));
            }
        }
    }

    /** Where they lie makes no difference, and the same chips choose the same token. */
    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void shouldEqualTheScalarModelWithWeightsBesideTheVectorUnit(int chips) {
        ModelDescription description = SmallModels.wide(25);
        ScalarModel scalar = new ScalarModel(description, LpuCompiler.SHARDS, 0, Element.INT8);
        try (SimulatedModel simulated = SimulatedModel.aside(description, chips, 64)) {
            for (int token : new int[] {3, 41}) {
                float[] logits = simulated.next(token);
                assertThat(logits).containsExactly(scalar.next(token));
                assertThat(logits[simulated.sequence().mostLikely()])
                        .isEqualTo((float) IntStream.range(0, logits.length)
                                .mapToDouble(i -> logits[i])
                                .max()
                                .orElseThrow());
            }
            assertThat(new LegalityChecker(Machine.lpuV1())
                            .check(
                                    simulated.model().program(0).program(),
                                    simulated.model().image()))
                    .isEmpty();
        }
    }
}
