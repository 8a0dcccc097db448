package dev.lockstep.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.lpu.assembly.Assembler;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.LpuSystem;
import dev.lockstep.simulator.SimulationException;
import dev.lockstep.simulator.TimeSimulator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small programs that must not run, one for each thing that can be wrong; checker and simulator name the same resource. */
class RefusedProgramsTest {
    private static final Machine MACHINE = Machine.lpuV1();

    /** Lines are separated by slashes; two chips, of which the second gets what stands after "//". */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            queue mem.w.0 / 0: read 9000 -> e0                                                 | slice
            queue mem.w.0 / 0: read 5 -> e40                                                   | stream e40
            queue mem.w.0 / 0: write e0 -> 5                                                   | stream e0 at position -1
            queue mem.w.0 / 0: read 5 -> e1 / queue mem.e.0 / 33: gather 0, e0 -> w0           | stream e0 at position 31
            queue alu.1 / 0: tanh fp32 0x0 -> kept                                             | ALU 1
            queue alu.0 / 0: copy fp32 e2 -> kept                                              | stream e2
            queue alu.0 / 0: copy fp32 alu3 -> kept                                            | ALU 3
            queue alu.0 / 0: copy fp32 alu17 -> kept                                           | ALU 17
            queue alu.0 / 0: copy fp32 0x0 -> #7 / queue alu.1 / 3: copy fp32 alu0#8 -> kept   | ALU 0
            queue activate.e.0 / 0: activate int8 e0                                           | matrix plane 0
            queue weights.e.0 / 0: install_weights int8 groups 1                               | matrix plane 0
            queue weights.e.1 / 0: install_weights fp16 groups 0                               | matrix plane 1
            queue accumulate.e.0 / 0: accumulate int32 set 0 -> w0                             | matrix plane 0
            queue shift.e / 0: shift 1 e0 by 3 -> w0                                           | stream e0 at position 45
            queue distribute.e.0 / 0: distribute e0 map 3 -> w0                                | lane map 3
            queue transpose.e.0 / 0: transpose e8 -> w0                                        | stream e8
            queue link.8 / 0: receive -> w0                                                    | port 8
            queue link.0 / 0: receive -> e0                                                    | port 0
            queue mem.w.0 / 0: sync / 100: read 5 -> e0                                        | queue mem.w.0
            queue mem.w.0 / 0: sync / 44: read 5 -> e0 / queue alu.0 / 10: notify              | queue mem.w.0
            queue mem.w.0 / 0: sync                                                            | queue mem.w.0
            queue mem.w.0 / 0: fetch e3                                                        | stream e3 at position -1
            queue mem.w.0 / 0: configure 21                                                    | 21 superlanes
            queue link.0 / 5: deskew / 255: runtime_deskew 2                                   | queue link.0
            queue link.0 / 5: runtime_deskew 10 / 14: deskew                                   | queue link.0
            queue mem.w.0 / 0: tanh fp32 0x0 -> kept                                           | queue
            queue permute.w / 0: shift 1 w0 by 3 -> e0                                         | queue
            """)
    void shouldBeRefusedByBoth(String lines, String resource) {
        LpuProgram program = program(lines);

        List<Violation> violations = new LegalityChecker(MACHINE).check(program);
        assertThat(violations).isNotEmpty();
        assertThat(violations).anyMatch(violation -> violation.resource().startsWith(resource));
        assertThatExceptionOfType(SimulationException.class)
                .isThrownBy(() -> simulate(program))
                .satisfies(e -> assertThat(e.resource()).startsWith(resource))
                .satisfies(e -> assertThat(e.chip()).isBetween(0, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "queue mem.w.0 / 0: read 0 -> e0 / queue alu.3 / 5: copy int8 e0 -> kept",
                "queue mem.w.0 / 0: sync / 45: read 5 -> e0 / queue alu.0 / 10: notify",
                "queue link.0 / 5: deskew / 256: runtime_deskew 2",
                "queue mem.w.0 / 7: configure 12",
            })
    void shouldRunWhatIsLegal(String lines) {
        LpuProgram program = program(lines);
        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
        assertThat(simulate(program))
                .isEqualTo(TimeSimulator.run(MACHINE, program).cycles());
    }

    /** Four vectors over link 0: what is wrong with it, if anything, is also seen where no values are. */
    @ParameterizedTest
    @CsvSource({
        "27, 361, 27, false",
        "26, 361, 27, true",
        "27, 360, 27, true",
        "27, 361, 26, true",
        "27, 415, 27, false",
        "27, 416, 27, true",
        "27, 361, 81, false",
        "27, 361, 82, true",
    })
    void shouldKeepToTheLink(int sendEvery, int receive, int receiveEvery, boolean refused) {
        String read = "queue mem.w.43 / 112: read 5 -> w0#1 repeat 4 every %d word 1 label 1".formatted(sendEvery);
        String send = "queue link.0 / 117: send w0#1 repeat 4 every %d label 1".formatted(sendEvery);
        String take =
                "queue link.0 / %d: receive #1 -> e0#11 repeat 4 every %d label 1".formatted(receive, receiveEvery);
        LpuProgram program = program(read + " / " + send + " // " + take);

        assertThat(new LegalityChecker(MACHINE).check(program).isEmpty()).isEqualTo(!refused);
        if (refused) {
            assertThatExceptionOfType(SimulationException.class).isThrownBy(() -> simulate(program));
            assertThatExceptionOfType(SimulationException.class).isThrownBy(() -> TimeSimulator.run(MACHINE, program));
        } else {
            assertThat(simulate(program))
                    .isEqualTo(TimeSimulator.run(MACHINE, program).cycles());
        }
    }

    @Test
    void shouldFindWordsThatAreReadTooEarly() {
        LpuProgram program = program(
                "queue mem.w.0 / 0: read 7 -> e0 / queue mem.w.4 / 0: read 1 -> e1 / queue mem.w.0 / 2: write e1 -> 7");
        LegalityChecker checker = new LegalityChecker(MACHINE);

        assertThat(checker.check(program)).isEmpty();
        assertThat(checker.check(program, (chip, writer) -> {}))
                .singleElement()
                .satisfies(violation -> assertThat(violation.resource()).isEqualTo("word 7 of slice mem.w.0"));
        assertThat(checker.check(
                        program,
                        (chip, writer) -> writer.write(dev.lockstep.lpu.machine.Hemisphere.WEST, 0, 7, new byte[320])))
                .isEmpty();
    }

    @Test
    void shouldRefuseUnitsThatASmallerMachineLacks() {
        Machine small = MACHINE.with(Quantity.SLICES, 40).with(Quantity.TRANSPOSERS, 1);
        for (String queue : List.of("mem.w.40", "transpose.e.1")) {
            LpuProgram program = program("queue " + queue + " / 0: configure 3");
            assertThat(new LegalityChecker(small).check(program))
                    .singleElement()
                    .satisfies(violation -> assertThat(violation.queue()).isEqualTo(queue));
            assertThatThrownBy(() -> TimeSimulator.run(small, program)).hasMessageContaining(queue);
            try (LpuSystem system = new LpuSystem(small, 2)) {
                assertThatThrownBy(() -> system.run(program)).hasMessageContaining(queue);
            }
        }
        LpuProgram least = program(
                "queue mem.w.39 / 0: read 0 -> w0#1 / queue link.0 / 5: send w0#1 // queue link.0 / 249: receive #1 -> e0");
        assertThat(new LegalityChecker(small).check(least)).isEmpty();
        assertThat(TimeSimulator.run(small, least).cycles()).isEqualTo(270);
    }

    @Test
    void shouldWakeAnotherChip() {
        String transmit = "queue link.0 / 10: transmit // queue mem.w.0 / 0: sync / ";
        LpuProgram early = program(transmit + (10 + 244 + 34) + ": read 0 -> e0");
        LpuProgram inTime = program(transmit + (10 + 244 + 35) + ": read 0 -> e0");

        assertThat(new LegalityChecker(MACHINE).check(early)).isNotEmpty();
        assertThatExceptionOfType(SimulationException.class).isThrownBy(() -> simulate(early));
        assertThatExceptionOfType(SimulationException.class).isThrownBy(() -> TimeSimulator.run(MACHINE, early));
        assertThat(new LegalityChecker(MACHINE).check(inTime)).isEmpty();
        assertThat(simulate(inTime))
                .isEqualTo(TimeSimulator.run(MACHINE, inTime).cycles());
    }

    private static LpuProgram program(String lines) {
        String[] chips = lines.split("//");
        StringBuilder text = new StringBuilder();
        for (String chip : chips) {
            text.append("block b bases 0\n").append(ordered(chip));
        }
        text.append("chip\n  place 0 at 0\nchip\n").append(chips.length > 1 ? "  place 1 at 0\n" : "");
        return Assembler.program(text.toString());
    }

    /** Queues may be named twice; the text of a program names each once. */
    private static String ordered(String chip) {
        java.util.Map<String, StringBuilder> queues = new java.util.LinkedHashMap<>();
        String queue = "";
        for (String line : chip.split(" / ")) {
            String stripped = line.strip();
            if (stripped.startsWith("queue")) {
                queue = stripped;
                queues.putIfAbsent(queue, new StringBuilder());
            } else {
                queues.get(queue).append("    ").append(stripped).append('\n');
            }
        }
        StringBuilder text = new StringBuilder();
        queues.forEach(
                (name, entries) -> text.append("  ").append(name).append('\n').append(entries));
        return text.toString();
    }

    private static long simulate(LpuProgram program) {
        try (LpuSystem system = new LpuSystem(MACHINE, program.chips().size())) {
            return system.run(program).cycles();
        }
    }
}
