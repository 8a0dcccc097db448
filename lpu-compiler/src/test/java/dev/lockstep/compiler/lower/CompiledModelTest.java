package dev.lockstep.compiler.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompiledModelTest {
    private static final int[] TOKENS = {3, 41};

    @Test
    void shouldGiveTheSameBitsOnAnyNumberOfChips() {
        ModelDescription description = SmallModels.grouped(11);
        List<float[]> one = logits(description, 1);
        for (int chips : new int[] {2, 4, 8}) {
            List<float[]> several = logits(description, chips);
            for (int i = 0; i < one.size(); i++) {
                assertThat(several.get(i)).as("token %d on %d chips", i, chips).containsExactly(one.get(i));
            }
        }
    }

    @Test
    void shouldGiveTheSameBitsWhereRowsTakeSeveralVectors() {
        ModelDescription description = SmallModels.wide(12);
        assertThat(logits(description, 8).getLast())
                .containsExactly(logits(description, 1).getLast());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8, 16})
    void shouldChooseTheTokenWithTheLargestLogit(int chips) {
        try (SimulatedModel model = new SimulatedModel(SmallModels.grouped(15), chips, 64)) {
            int token = 3;
            for (int i = 0; i < 4; i++) {
                float[] logits = model.next(token);
                token = model.sequence().mostLikely();
                for (int other = 0; other < logits.length; other++) {
                    assertThat(logits[other])
                            .isLessThanOrEqualTo(other < token ? Math.nextDown(logits[token]) : logits[token]);
                }
            }
        }
    }

    /** The token that the chips have chosen, and its position, are where the next program looks for them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void shouldGoOnWithoutTheHost(int chips) {
        ModelDescription description = SmallModels.grouped(19);
        try (SimulatedModel led = new SimulatedModel(description, chips, 64);
                SimulatedModel free = new SimulatedModel(description, chips, 64)) {
            float[] first = led.next(7);
            assertThat(free.next(7)).containsExactly(first);
            for (int i = 0; i < 6; i++) {
                float[] expected = led.next(led.sequence().mostLikely());
                int inputs = free.inputs();
                assertThat(free.sequence().goOn()).containsExactly(expected);
                assertThat(free.inputs()).as("vectors that the host wrote").isEqualTo(inputs);
                assertThat(free.sequence().mostLikely())
                        .isEqualTo(led.sequence().mostLikely());
            }
        }
    }

    @Test
    void shouldNotGoOnWithoutTheHostOverSeveralStages() {
        try (SimulatedModel model = new SimulatedModel(SmallModels.grouped(20), 16, 64)) {
            model.next(7);
            assertThatThrownBy(() -> model.sequence().goOn())
                    .isInstanceOf(CompilerException.class)
                    .hasMessageContaining("in another stage");
        }
    }

    /** First and last tokens of the pairs of slices over which the table is spread, and their neighbours. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldFindTheRowsOfATableOverSeveralPairs(int chips) {
        ModelDescription description = SmallModels.manyTokens(21);
        try (SimulatedModel model = new SimulatedModel(description, chips, 64)) {
            ScalarModel scalar = new ScalarModel(description, LpuCompiler.SHARDS, 0, Element.FP16);
            for (int token : new int[] {0, 833, 834, 1249, 1250, 1667, 1668, 2499}) {
                assertThat(model.next(token)).as("token %d", token).containsExactly(scalar.next(token));
            }
        }
    }

    /** Kernels that run side by side must leave one another's results in the ALUs alone, whatever their sizes. */
    @ParameterizedTest
    @EnumSource(
            value = Element.class,
            names = {"FP16", "INT8"})
    void shouldBeLegal(Element weights) {
        for (ModelDescription description :
                List.of(SmallModels.grouped(16), SmallModels.wide(17), SmallModels.manyQueries(18))) {
            for (int chips : new int[] {1, 2, 4, 8}) {
                try (SimulatedModel model = new SimulatedModel(description, chips, 640, 0, weights)) {
                    for (int position : new int[] {0, 100, 600}) {
                        assertThat(new LegalityChecker(Machine.lpuV1())
                                        .check(
                                                model.model().program(position).program(),
                                                model.model().image()))
                                .as("%d chips, position %d", chips, position)
                                .isEmpty();
                    }
                }
            }
        }
    }

    @Test
    void shouldTakeExactlyTheCyclesThatItPredicts() {
        for (int chips : new int[] {1, 8}) {
            try (SimulatedModel model = new SimulatedModel(SmallModels.grouped(13), chips, 64)) {
                model.next(5);
                long predicted = model.sequence().predictedCycles();
                assertThat(model.runs().getFirst().completion()).hasSize(chips).containsOnly(predicted);
                assertThat(predicted).isLessThan(20_000);
            }
        }
    }

    @Test
    void shouldRefuseWhatItCannotPlace() {
        ModelDescription description = SmallModels.grouped(14);
        LpuCompiler compiler = new LpuCompiler(Machine.lpuV1());
        assertThatThrownBy(() ->
                        compiler.compile(Architectures.build(description), description.tensors(), 3, 64, Element.FP16))
                .isInstanceOf(CompilerException.class)
                .hasMessageContaining("3 chips");
        assertThatThrownBy(() -> compiler.compile(
                        Architectures.build(description), description.tensors(), 1, 1 << 20, Element.FP16))
                .isInstanceOf(CompilerException.class)
                .hasMessageContaining("does not fit");
    }

    private static List<float[]> logits(ModelDescription description, int chips) {
        try (SimulatedModel model = new SimulatedModel(description, chips, 64)) {
            List<float[]> all = new ArrayList<>();
            for (int token : TOKENS) {
                all.add(model.next(token));
            }
            return all;
        }
    }
}
