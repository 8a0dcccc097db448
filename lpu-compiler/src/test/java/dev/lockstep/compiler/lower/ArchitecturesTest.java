package dev.lockstep.compiler.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.formats.GgufFile;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The graph's tiny models of many architectures: computed to the bit, or refused in a sentence. */
class ArchitecturesTest {
    private static final Path GOLDEN = Path.of("../graph/src/test/resources/golden");
    private static final Machine MACHINE = Machine.lpuV1();

    @ParameterizedTest
    @ValueSource(strings = {"ernie4_5", "exaone", "exaone4", "glm4", "seed_oss", "smollm3"})
    void shouldEqualTheScalarModel(String name) {
        try (GgufFile file = GgufFile.open(GOLDEN.resolve(name + ".gguf"));
                SimulatedModel one = model(file, 1);
                SimulatedModel eight = model(file, 8)) {
            ScalarModel scalar = new ScalarModel(description(file), LpuCompiler.SHARDS, 0, Element.FP16);
            for (int token : new int[] {3, 21}) {
                float[] logits = scalar.next(token);
                assertThat(one.next(token)).containsExactly(logits);
                assertThat(eight.next(token)).containsExactly(logits);
            }
            assertThat(new LegalityChecker(MACHINE)
                            .check(
                                    eight.model().program(0).program(),
                                    eight.model().image()))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "command-r, LayerNorm",
        "glm4moe, experts that are weighed by sigmoids",
        "olmo2, a norm of anything but",
        "phi2, LayerNorm",
        "starcoder, LayerNorm"
    })
    void shouldRefuseInASentence(String name, String reason) {
        try (GgufFile file = GgufFile.open(GOLDEN.resolve(name + ".gguf"))) {
            assertThatThrownBy(() -> model(file, 1).close())
                    .isInstanceOf(CompilerException.class)
                    .hasMessageContaining(reason)
                    .hasMessageContaining("lockstep run");
        }
    }

    private static SimulatedModel model(GgufFile file, int chips) {
        return new SimulatedModel(description(file), chips, 64);
    }

    private static ModelDescription description(GgufFile file) {
        return ModelDescription.of(file.metadata(), file.tensors());
    }
}
