package dev.lockstep.lpu.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.RandomPrograms;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssemblerTest {
    @Test
    void shouldReadBackWhatTheDisassemblerWrites() {
        long first = new Random().nextLong();
        for (long seed = first; seed < first + 200; seed++) {
            LpuProgram program = RandomPrograms.of(seed);
            assertThat(Assembler.program(Disassembler.text(program)))
                    .as("seed %d", seed)
                    .isEqualTo(program);
        }
    }

    @Test
    void shouldReadAProgramThatAPersonWrote() {
        LpuProgram program = Assembler.program("""
                machine lpu-v1        ; the first generation
                topology node
                block double bases 1
                  queue mem.w.0
                    10: read b0+3 -> e0#1 repeat 8 every 1 word 1 label 1
                  queue alu.4
                    15: add int8 e0#1, e0#1 -> e0#9 repeat 8 every 1 label 1
                chip * 2
                  place 0 at 0 bases 100
                """);

        assertThat(program.chips()).hasSize(2);
        assertThat(program.blocks()
                        .getFirst()
                        .entries(Queue.memory(Hemisphere.WEST, 0))
                        .getFirst()
                        .dispatches())
                .isEqualTo(8);
        assertThat(Disassembler.text(program)).contains("15: add int8 e0#1, e0#1 -> e0#9 repeat 8 every 1 label 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "frobnicate | line 1: 'frobnicate' is neither",
                "block a bases 0; queue mem.x.1 | line 2: there is no queue 'mem.x.1'",
                "block a bases 0; queue mem.w.1; read 3 -> e0 | line 3: an instruction begins with its cycle",
                "block a bases 0; queue mem.w.1; 5: read 3 e0 | line 3: '->' belongs where 'e0' stands",
                "block a bases 0; queue mem.w.1; 5: read x -> e0 | line 3: an address cannot be 'x'",
                "block a bases 0; queue mem.w.1; 5: read 3 -> n0 | line 3: a stream cannot be 'n0'",
                "block a bases 0; queue mem.w.1; 5: read 3 -> e0 e1 | line 3: 'e1' is too much",
                "block a bases 0; queue alu.1; 5: divide fp32 e0, e4 -> e0 | line 3: there is no instruction 'divide'",
                "block a bases 0; queue mem.w.1; 5: read 3 -> e0; 5: read 4 -> e0; chip | line 5: Block a, queue mem.w.1",
                "block a bases 0; queue mem.w.1; queue mem.w.1 | line 3: queue mem.w.1 comes twice",
                "block a bases -1 | line 1: a block cannot have -1 bases",
                "place 0 at 0 | line 1: a placement belongs to a chip",
                "chip * 100000 | line 1: a system has 1 to",
                "chip; place 3 at 0 | There is no block 3",
                "map 0 1 2 9 | line 1: A map of 4 lanes cannot take lane 9",
                "machine | line 1: a machine is missing"
            })
    void shouldRefuseWithTheLine(String lines, String message) {
        assertThatThrownBy(() -> Assembler.program(lines.replace("; ", "\n"))).hasMessageStartingWith(message);
    }
}
