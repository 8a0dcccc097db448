package dev.lockstep.lpu.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.lpu.assembly.Assembler;
import dev.lockstep.lpu.assembly.InstructionText;
import dev.lockstep.lpu.isa.IsaException;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.RandomPrograms;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MomentTest {
    private static final LpuProgram PROGRAM = Assembler.program("""
            block stream bases 1
              queue mem.w.0
                10: read b0+3 -> e0#1 repeat 4 every 2 word 1 label 1 repeat 3 every 20 word 4 label 4
              queue alu.0
                90: copy fp32 e0 -> e0
            chip
              place 0 at 1000 bases 100
            """);

    @Test
    void shouldSayWhatIsDispatchedWithAbsoluteAddresses() {
        Moment moment = Moment.of(PROGRAM, 0, 1000 + 10 + 20 + 4);

        assertThat(moment.block()).isEqualTo("stream");
        Moment.Dispatch dispatch = moment.dispatches().getFirst();
        assertThat(InstructionText.of(dispatch.instruction())).isEqualTo("read 109 -> e0#7");
        assertThat(dispatch.time()).isEqualTo(7);
        assertThat(dispatch.times()).isEqualTo(12);
        assertThat(moment.waiting()).containsExactly(new Moment.Waiting(Queue.alu(0), 1090));
    }

    @Test
    void shouldSayWhenQueuesGoOn() {
        assertThat(Moment.of(PROGRAM, 0, 1018).waiting())
                .contains(new Moment.Waiting(Queue.memory(Hemisphere.WEST, 0), 1030));
        assertThat(Moment.of(PROGRAM, 0, 1013).waiting())
                .contains(new Moment.Waiting(Queue.memory(Hemisphere.WEST, 0), 1014));
        assertThat(Moment.of(PROGRAM, 0, 5).placement()).isEmpty();
    }

    @Test
    void shouldFindEveryDispatchOfAnyProgram() {
        long seed = new Random().nextLong();
        for (long s = seed; s < seed + 20; s++) {
            LpuProgram program = RandomPrograms.of(s);
            Placement placement = program.chips().getFirst().getFirst();
            Block block = program.blocks().get(placement.block());
            for (Queue queue : block.queues().keySet()) {
                Entry entry = block.entries(queue).getFirst();
                long last = placement.start() + entry.lastCycle();
                assertThat(Moment.of(program, 0, last).dispatches())
                        .as("seed %d", s)
                        .anyMatch(dispatch -> dispatch.queue().equals(queue) && dispatch.time() == dispatch.times());
            }
        }
    }

    @Test
    void shouldRefuseChipsThatAreNotThere() {
        assertThatThrownBy(() -> Moment.of(PROGRAM, 1, 0))
                .isInstanceOf(IsaException.class)
                .hasMessageContaining("no chip 1");
    }
}
