package dev.lockstep.compiler.report;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/** What the queues of a chip do over a stretch of time, as a picture: units from west to east, time downward. */
final class ChipPicture {
    private final Block block;
    private final List<Queue> columns = new ArrayList<>();

    ChipPicture(Block block) {
        this.block = block;
        edge(Hemisphere.WEST);
        for (int slice = Queue.Unit.MEMORY.count() - 1; slice >= 0; slice--) {
            columns.add(Queue.memory(Hemisphere.WEST, slice));
        }
        for (int alu = 0; alu < Queue.Unit.ALU.count(); alu++) {
            columns.add(Queue.alu(alu));
        }
        for (int slice = 0; slice < Queue.Unit.MEMORY.count(); slice++) {
            columns.add(Queue.memory(Hemisphere.EAST, slice));
        }
        edge(Hemisphere.EAST);
    }

    private void edge(Hemisphere side) {
        List<Queue> edge = new ArrayList<>();
        for (Queue.Unit unit : List.of(
                Queue.Unit.ACCUMULATORS,
                Queue.Unit.ACTIVATIONS,
                Queue.Unit.WEIGHTS,
                Queue.Unit.LINK,
                Queue.Unit.DISTRIBUTOR,
                Queue.Unit.SHIFTER)) {
            for (int index = 0; index < unit.count(); index++) {
                edge.add(new Queue(unit, side, index));
            }
        }
        columns.addAll(side == Hemisphere.WEST ? edge : edge.reversed());
    }

    /** Names of the queues from west to east. */
    String names() {
        return columns.stream().map(Queue::toString).collect(Collectors.joining(","));
    }

    int width() {
        return columns.size();
    }

    /** Shares of the cycles of each of {@code rows} stretches in which each queue dispatches, 0 to 255, as base 64. */
    String occupancy(long from, long to, int rows) {
        double[][] busy = new double[rows][columns.size()];
        double stretch = (double) (to - from) / rows;
        for (int column = 0; column < columns.size(); column++) {
            for (Entry entry : block.entries(columns.get(column))) {
                for (int outer = 0; outer < entry.outer().count(); outer++) {
                    long cycle = entry.cycle() + (long) outer * entry.outer().interval();
                    add(busy, column, cycle, entry, from, stretch);
                }
            }
        }
        byte[] bytes = new byte[rows * columns.size()];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns.size(); column++) {
                bytes[row * columns.size() + column] =
                        (byte) Math.min(255, Math.round(255 * busy[row][column] / stretch));
            }
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static void add(double[][] busy, int column, long cycle, Entry entry, long from, double stretch) {
        for (int inner = 0; inner < entry.inner().count(); inner++) {
            double at = cycle + (long) inner * entry.inner().interval() - from;
            int row = (int) Math.floor(at / stretch);
            if (row >= 0 && row < busy.length) {
                busy[row][column]++;
            }
        }
    }

    /**
     * Words of a slice that a program uses.
     *
     * @param fixed that are read and never written: weights and tables
     * @param cached keys and values of one user
     * @param worked that are written otherwise
     */
    record Words(int fixed, int cached, int worked) {}

    /** Of each slice from west to east. */
    List<Words> memory() {
        List<Words> slices = new ArrayList<>();
        for (Queue queue : columns) {
            if (queue.unit() != Queue.Unit.MEMORY) {
                continue;
            }
            BitSet read = new BitSet();
            BitSet cached = new BitSet();
            BitSet written = new BitSet();
            for (Entry entry : block.entries(queue)) {
                switch (entry.instruction()) {
                    case MemoryInstruction.Read instruction ->
                        words(instruction.from().base() == Address.ABSOLUTE ? read : cached, instruction.from(), entry);
                    case MemoryInstruction.Gather instruction -> words(read, instruction.from(), entry);
                    case MemoryInstruction.Write instruction ->
                        words(instruction.to().base() == Address.ABSOLUTE ? written : cached, instruction.to(), entry);
                    default -> throw new IllegalStateException("no " + entry.instruction() + " is expected here");
                }
            }
            read.andNot(written);
            slices.add(new Words(read.cardinality(), cached.cardinality(), written.cardinality()));
        }
        return slices;
    }

    private static void words(BitSet words, Address first, Entry entry) {
        for (int outer = 0; outer < entry.outer().count(); outer++) {
            for (int inner = 0; inner < entry.inner().count(); inner++) {
                words.set(first.word()
                        + outer * entry.outer().wordStep()
                        + inner * entry.inner().wordStep());
            }
        }
    }
}
