package dev.lockstep.compiler.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.SimulationResult;
import dev.lockstep.simulator.TimeSimulator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers over nodes one after another, each shared by the chips of its node. */
class PipelineTest {
    private static final int[] TOKENS = {3, 41};
    private static final Machine MACHINE = Machine.lpuV1();

    @ParameterizedTest
    @CsvSource({"16, QUADFOUR_LINE", "16, DRAGONFLY", "32, QUADFOUR_RING", "32, DRAGONFLY", "40, QUADFOUR_LINE"})
    void shouldGiveTheBitsOfOneChip(int chips, Topology topology) {
        ModelDescription description = SmallModels.grouped(31);
        try (SimulatedModel one = new SimulatedModel(description, 1, 64);
                SimulatedModel pipeline = new SimulatedModel(description, chips, topology, 64, 0, Element.FP16)) {
            for (int token : TOKENS) {
                assertThat(pipeline.next(token)).containsExactly(one.next(token));
            }
            CompiledModel.TokenProgram step = pipeline.model().program(0);
            for (SimulationResult run : pipeline.runs()) {
                assertThat(run.completion()).isEqualTo(step.completions());
            }
            LpuProgram program = step.program();
            assertThat(TimeSimulator.run(MACHINE, program).completion()).isEqualTo(step.completions());
            assertThat(new LegalityChecker(MACHINE)
                            .check(program, pipeline.model().image()))
                    .isEmpty();
        }
    }

    @Test
    void shouldCutSoThatTheFullestStageIsSmallest() {
        assertThat(Stages.cut(List.of(3, 1, 3, 1, 4), 2)).containsExactly(0, 0, 0, 1, 1);
        assertThat(Stages.cut(List.of(9, 1, 1), 3)).containsExactly(0, 1, 2);
        assertThatThrownBy(() -> Stages.cut(List.of(1, 1), 3))
                .isInstanceOf(CompilerException.class)
                .hasMessageContaining("3 nodes");
    }
}
