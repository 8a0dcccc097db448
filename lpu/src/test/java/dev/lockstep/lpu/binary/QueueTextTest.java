package dev.lockstep.lpu.binary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.lpu.assembly.Assembler;
import dev.lockstep.lpu.explain.Moment;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.IsaException;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.RandomPrograms;
import dev.lockstep.lpu.program.Repeat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueTextTest {
    /** The text says everything that a queue has to know, without blocks, bases and labels. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldSayWhatAQueueDoesWhen(long seed) {
        LpuProgram program = ProgramReader.program("test", ProgramWriter.stripped(RandomPrograms.of(seed)));
        for (int chip = 0; chip < program.chips().size(); chip++) {
            for (int number = 0; number < Queue.COUNT; number++) {
                Queue queue = Queue.of(number);
                Decoder decoder = new Decoder(QueueText.of(program, chip, queue));
                for (Placement placement : program.chips().get(chip)) {
                    for (Entry entry : program.blocks().get(placement.block()).entries(queue)) {
                        decoder.expect(program, chip, queue, placement.start() + entry.cycle(), entry);
                    }
                }
                decoder.source.end();
            }
        }
    }

    @Test
    void shouldBeAsLongWhereverABlockIsPlaced() {
        LpuProgram program = Assembler.program("""
                block b bases 1
                  queue mem.w.0
                    3: read b0+1 -> e0#1 repeat 3 every 2 word 1 label 1
                    400: write e0 -> b0+9
                chip
                  place 0 at 0 bases 0
                  place 0 at 100000 bases 8000
                """);
        List<Entry> entries =
                program.blocks().getFirst().entries(Queue.parse("mem.w.0").orElseThrow());
        int bytes = QueueText.firstNopBytes()
                + QueueText.bytes(entries.get(0))
                + QueueText.nopBytes(entries.get(1), 392)
                + QueueText.bytes(entries.get(1));

        assertThat(QueueText.of(program, 0, Queue.parse("mem.w.0").orElseThrow()))
                .hasSize(2 * bytes);
    }

    @Test
    void shouldRefuseAWordThatNoAddressHasRoomFor() {
        LpuProgram program = Assembler.program("""
                block b bases 1
                  queue mem.w.0
                    3: read b0+1 -> e0
                chip
                  place 0 at 0 bases 70000
                """);
        assertThatThrownBy(() -> QueueText.of(program, 0, Queue.parse("mem.w.0").orElseThrow()))
                .isInstanceOf(IsaException.class)
                .hasMessageContaining("word 70001");
    }

    /** Reads text as a queue would. */
    private static final class Decoder {
        private final ByteSource source;
        private final InstructionReader instructions;
        private long free;

        Decoder(byte[] text) {
            source = new ByteSource(text);
            instructions = new InstructionReader(source, () -> 0, () -> Address.of(source.number()));
        }

        void expect(LpuProgram program, int chip, Queue queue, long cycle, Entry entry) {
            long lead = source.longNumber();
            assertThat(free + (lead >> 2)).isEqualTo(cycle);
            Instruction instruction = instructions.read();
            assertThat(Moment.of(program, chip, cycle).dispatches())
                    .contains(new Moment.Dispatch(queue, instruction, 1, entry.dispatches()));
            Repeat inner = repeat((lead & 1) != 0);
            Repeat outer = repeat((lead & 2) != 0);
            assertThat(inner).isEqualTo(unlabelled(entry.inner()));
            assertThat(outer).isEqualTo(unlabelled(entry.outer()));
            free = cycle + inner.span() + outer.span() + 1;
        }

        private Repeat repeat(boolean there) {
            return there ? new Repeat(source.number() + 1, source.number(), source.signed(), 0) : Repeat.ONCE;
        }

        private static Repeat unlabelled(Repeat repeat) {
            return new Repeat(repeat.count(), repeat.interval(), repeat.wordStep(), 0);
        }
    }
}
