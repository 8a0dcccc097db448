package dev.lockstep.compiler.lower;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.graph.synthetic.SyntheticModel;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;
import java.lang.foreign.Arena;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A model of 1.1 billion parameters on two nodes, every vector computed. Takes minutes and 8 GB; docs/lpu.md has the command. */
@EnabledIfSystemProperty(named = "lockstep.lpu.large", matches = "true")
class LargeModelTest {
    private static final int CHIPS = 16;
    private static final int TOKEN = 5;

    @Test
    void shouldComputeATokenOfATinyLlamaBitForBit() {
        try (Arena arena = Arena.ofShared()) {
            ModelDescription description =
                    SyntheticModel.of(ModelShape.named("tinyllama-1.1b"), WeightTypes.Q8_0, 51, arena);
            long start = System.nanoTime();
            try (SimulatedModel model = new SimulatedModel(description, CHIPS, 64, 0, Element.INT8)) {
                float[] logits = model.next(TOKEN);
                Duration time = Duration.ofNanos(System.nanoTime() - start);
                System.out.printf(
                        "compiled, loaded and computed in %.1f s: %d cycles a token%n",
                        time.toMillis() / 1e3, model.sequence().cycles());
                CompiledModel.TokenProgram step = model.model().program(0);
                assertThat(model.runs().getFirst().completion()).isEqualTo(step.completions());
                assertThat(new LegalityChecker(Machine.lpuV1())
                                .check(step.program(), model.model().image()))
                        .isEmpty();
                assertThat(logits)
                        .containsExactly(new ScalarModel(description, LpuCompiler.SHARDS, 0, Element.INT8).next(TOKEN));
                assertThat(time).isLessThan(Duration.ofSeconds(120));
            }
        }
    }
}
