package dev.lockstep.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.checker.Violation;
import dev.lockstep.lpu.assembly.Assembler;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.LpuProgram;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queues that hold two portions of text, and fetch the rest. */
class TextTest {
    private static final Machine MACHINE = Machine.lpuV1().with(Quantity.TEXT_BYTES, 1280);

    @Test
    void shouldRunOnFetchedText() {
        LpuProgram program = program("nothing", "instead");
        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            SimulationResult result = system.run(program);
            assertThat(TimeSimulator.run(MACHINE, program)).isEqualTo(result);
            assertThat(result.activities().getFirst().count(Action.TEXT_VECTOR)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            301: fetch w31#900                | ; nothing fetched                | queue alu.0
            301: fetch w31#900                | 302: fetch w31#900               | stream w31 at position 3
            301: fetch w31#900                | 301: fetch w30#900               | stream w30 at position 3
            301: fetch w31#900                | 301: fetch w31#901               | stream w31 at position 3
            301: fetch w31#900                | 301: fetch w31#900 repeat 2 every 2 | queue alu.0
            267: read 5000                    | 266: read 5000                   | stream w31 at position 3
            repeat 2 every 1 word 1 label 1   | ; one vector                     | stream w31 at position 3
            word 5000 fetches 1               | word 5000 fetches 0              | queue alu.0
            """)
    void shouldRefuseText(String what, String instead, String resource) {
        LpuProgram program = program(what, instead);
        List<Violation> violations = new LegalityChecker(MACHINE).check(program);
        assertThat(violations).isNotEmpty();
        assertThat(violations).anyMatch(violation -> violation.resource().startsWith(resource));
        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            assertThatExceptionOfType(SimulationException.class).isThrownBy(() -> system.run(program));
        }
    }

    @Test
    void shouldRefuseOtherTextThanTheQueues() {
        LpuProgram program = program("read 5000", "read 5002");
        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            assertThatExceptionOfType(SimulationException.class)
                    .isThrownBy(() -> system.run(program))
                    .withMessageContaining("is not the queue's next text")
                    .withMessageContaining("alu.0");
        }
    }

    /** An ALU with 130 different instructions: 1,690 bytes and more, of which the queue holds 1,280. */
    private static LpuProgram program(String what, String instead) {
        StringBuilder text = new StringBuilder("""
                block b bases 0
                  queue mem.e.20
                    267: read 5000 -> w31#900 repeat 2 every 1 word 1 label 1
                  queue alu.0
                """);
        for (int i = 0; i < 130; i++) {
            text.append("    %d: add fp32 0x%x, 0x3f800000 -> #%d%n".formatted(5 * i, i, i + 1));
            text.append(i == 60 ? "    301: fetch w31#900\n" : "");
        }
        text.append("chip\n  place 0 at 0\ntext alu.0 chip 0 in e 20 word 5000 fetches 1\n");
        return Assembler.program(text.toString().replace(what, instead));
    }
}
