package dev.lockstep.checker;

import dev.lockstep.lpu.binary.QueueText;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** The dispatches of a queue, in the order in which its program text has them. */
final class Dispatches implements Iterator<Dispatches.Dispatch> {
    private final List<Block> blocks;
    private final Queue queue;
    private final Iterator<Placement> placements;
    private Placement placement = new Placement(0, 0, List.of());
    private Iterator<Entry> entries = List.<Entry>of().iterator();
    private Dispatch current = NONE;
    private long free;
    private long next;
    private long count;

    private static final Dispatch NONE = new Dispatch();

    /** One dispatch; the same object for all of an entry. */
    static final class Dispatch {
        private Placement placement = new Placement(0, 0, List.of());
        private Entry entry = new Entry(0, new dev.lockstep.lpu.isa.ControlInstruction.Sync());
        private long cycle;
        private boolean first;
        private int nops;
        private int words;
        private int labels;

        long cycle() {
            return cycle;
        }

        Entry entry() {
            return entry;
        }

        Instruction instruction() {
            return entry.instruction();
        }

        /** Bytes of program text of the instruction. */
        int textBytes() {
            return nops + QueueText.bytes(entry);
        }

        /** Whether the same instruction has not been dispatched before. */
        boolean first() {
            return first;
        }

        /** Added to addresses and row groups. */
        int words() {
            return words;
        }

        int label(int label) {
            return label == 0 ? 0 : label + labels;
        }

        int base(int index) {
            return index < 0 ? 0 : placement.bases().get(index);
        }
    }

    Dispatches(LpuProgram program, int chip, Queue queue) {
        blocks = program.blocks();
        this.queue = queue;
        placements = program.chips().get(chip).iterator();
        findEntry();
    }

    @Override
    public boolean hasNext() {
        return next < count;
    }

    /** When the next dispatch comes. */
    long nextCycle() {
        Entry entry = current.entry;
        long outer = next / entry.inner().count();
        long inner = next % entry.inner().count();
        return current.placement.start()
                + entry.cycle()
                + outer * entry.outer().interval()
                + inner * entry.inner().interval();
    }

    @Override
    public Dispatch next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Dispatch dispatch = current;
        Entry entry = dispatch.entry;
        int outer = (int) (next / entry.inner().count());
        int inner = (int) (next % entry.inner().count());
        dispatch.cycle = nextCycle();
        dispatch.first = next == 0;
        dispatch.words =
                outer * entry.outer().wordStep() + inner * entry.inner().wordStep();
        dispatch.labels =
                outer * entry.outer().labelStep() + inner * entry.inner().labelStep();
        if (++next == count) {
            findEntry();
        }
        return dispatch;
    }

    private void findEntry() {
        while (!entries.hasNext()) {
            if (!placements.hasNext()) {
                next = 0;
                count = 0;
                return;
            }
            placement = placements.next();
            entries = blocks.get(placement.block()).entries(queue).iterator();
            free = -1;
        }
        current = new Dispatch();
        current.placement = placement;
        Entry entry = entries.next();
        current.entry = entry;
        current.nops = free < 0 ? QueueText.firstNopBytes() : QueueText.nopBytes(entry, entry.cycle() - free);
        free = entry.lastCycle() + 1;
        next = 0;
        count = current.entry.dispatches();
    }
}
