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
