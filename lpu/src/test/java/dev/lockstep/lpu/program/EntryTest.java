package dev.lockstep.lpu.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.IsaException;
import dev.lockstep.lpu.isa.MemoryInstruction.Read;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.Binary;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EntryTest {
    private static final Stream E3 = new Stream(Direction.EASTWARD, 3);

    @Test
    void shouldAdvanceAddressesAndLabelsOverBothRepetitions() {
        Read read = new Read(new Address(10, 0), new Flow(E3, 100));
        Entry entry = new Entry(5, read, new Repeat(20, 1, 1, 16), new Repeat(3, 21, 20, 320));

        assertThat(entry.at(2, 19)).isEqualTo(new Read(new Address(69, 0), new Flow(E3, 100 + 640 + 304)));
        assertThat(entry.lastCycle()).isEqualTo(5 + 42 + 19);
        assertThat(entry.dispatches()).isEqualTo(60);
    }

    @Test
    void shouldLeaveHeldOperandsAndUncheckedLabelsAlone() {
        Binary multiply = new Binary(
                BinaryOperation.MUL,
                Element.FP32,
                new Operand.OfStream(new Flow(E3, 0)),
                new Operand.OfAlu(4, 7, true),
                Result.kept(9));

        assertThat(multiply.advanced(1, 2))
                .isEqualTo(new Binary(
                        BinaryOperation.MUL,
                        Element.FP32,
                        new Operand.OfStream(new Flow(E3, 0)),
                        new Operand.OfAlu(4, 7, true),
                        Result.kept(11)));
    }

    @Test
    void shouldLabelBytePlanesApart() {
        assertThat(new Flow(E3, 5).plane(2)).isEqualTo(new Flow(new Stream(Direction.EASTWARD, 5), 5 + 2 * Flow.PLANE));
    }

    @Test
    void shouldRefuseRepetitionsThatOverlapThemselves() {
        Read read = new Read(Address.of(1), new Flow(E3, 1));
        assertThatThrownBy(() -> new Entry(0, read, new Repeat(20, 1, 1, 1), new Repeat(2, 19, 1, 1)))
                .isInstanceOf(IsaException.class);
        assertThatThrownBy(() -> new Repeat(2, 0, 1, 1)).isInstanceOf(IsaException.class);
    }

    @Test
    void shouldRefuseBlocksWhoseQueuesAreNotInOrder() {
        Read read = new Read(Address.of(1), new Flow(E3, 1));
        List<Entry> entries = List.of(new Entry(0, read, new Repeat(3, 1, 1, 1)), new Entry(2, read));
        assertThatThrownBy(() -> new Block("late", 0, Map.of(Queue.memory(Hemisphere.WEST, 0), entries)))
                .isInstanceOf(IsaException.class)
                .hasMessageContaining("mem.w.0");
    }
}
