package dev.lockstep.simulator;

import dev.lockstep.lpu.assembly.InstructionText;
import dev.lockstep.lpu.binary.QueueText;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.Placement;
import java.util.List;

/** Goes through the dispatches of one queue of a chip, one after the other, without ever unrolling them. */
final class QueueWalker {
    static final long END = Long.MAX_VALUE;

    private final int chip;
    private final Queue queue;
    private final List<Block> blocks;
    private final List<Placement> placements;

    private int nextPlacement;
    private Placement placement = new Placement(0, 0, List.of());
    private List<Entry> entries = List.of();
    private int nextEntry;
    private Entry entry = NOTHING;
    private int outer;
    private int inner;
    private long cycle = Long.MIN_VALUE;

    private static final Entry NOTHING = new Entry(0, new dev.lockstep.lpu.isa.ControlInstruction.Sync());

    QueueWalker(int chip, Queue queue, List<Block> blocks, List<Placement> placements) {
        this.chip = chip;
        this.queue = queue;
        this.blocks = blocks;
        this.placements = placements;
        inner = 1;
        outer = 1;
        advance();
    }

    Queue queue() {
        return queue;
    }

    /** When the current dispatch comes; {@link #END} after the last. */
    long cycle() {
        return cycle;
    }

    /** The instruction as written; dispatches differ by {@link #words} and {@link #labels}. */
    Instruction instruction() {
        return entry.instruction();
    }

    Entry entry() {
        return entry;
    }

    /** Whether this is the first dispatch of an instruction. */
    boolean begins() {
        return inner == 0 && outer == 0;
    }

    /** Bytes of program text of the current instruction. */
    int textBytes() {
        int nops = nextEntry == 1
                ? QueueText.firstNopBytes()
                : QueueText.nopBytes(
                        entry, entry.cycle() - entries.get(nextEntry - 2).lastCycle() - 1);
        return nops + QueueText.bytes(entry);
    }

    /** What this dispatch adds to addresses and row groups. */
    int words() {
        return outer * entry.outer().wordStep() + inner * entry.inner().wordStep();
    }

    /** What this dispatch adds to labels. */
    int labels() {
        return outer * entry.outer().labelStep() + inner * entry.inner().labelStep();
    }

    /** A label of the current instruction in this dispatch; 0 stays 0. */
    int label(int label) {
        return label == 0 ? 0 : label + labels();
    }

    /** The word that an address means in this dispatch. */
    int word(Address address) {
        int base = address.base() == Address.ABSOLUTE ? 0 : placement.bases().get(address.base());
        return base + address.word() + words();
    }

    /** Where the current instruction stands, for people. */
    String text() {
        return InstructionText.of(entry.at(outer, inner)) + " of block '"
                + blocks.get(placement.block()).name() + "' placed at "
                + placement.start() + ", dispatch " + (outer * entry.inner().count() + inner + 1) + " of "
                + entry.dispatches();
    }

    /** Goes to the last dispatch of the current instruction. */
    void toLast() {
        inner = entry.inner().count() - 1;
        outer = entry.outer().count() - 1;
        cycle = placement.start() + entry.lastCycle();
    }

    /** Goes to the next dispatch. */
    void advance() {
        long before = cycle;
        if (++inner < entry.inner().count()) {
            cycle += entry.inner().interval();
            return;
        }
        inner = 0;
        if (++outer < entry.outer().count()) {
            cycle = placement.start()
                    + entry.cycle()
                    + (long) outer * entry.outer().interval();
        } else {
            outer = 0;
            while (nextEntry == entries.size()) {
                if (nextPlacement == placements.size()) {
                    cycle = END;
                    return;
                }
                placement = placements.get(nextPlacement++);
                entries = blocks.get(placement.block()).entries(queue);
                nextEntry = 0;
            }
            entry = entries.get(nextEntry++);
            cycle = placement.start() + entry.cycle();
        }
        if (cycle <= before) {
            throw new SimulationException(
                    chip,
                    cycle,
                    queue.toString(),
                    text(),
                    "queue " + queue,
                    "it would dispatch after cycle " + before + ", which has passed");
        }
    }
}
