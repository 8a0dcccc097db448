package dev.lockstep.lpu.program;

import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.IsaException;

/**
 * An instruction with its cycle. Dispatch (o, i) of its two nested repetitions comes at
 * {@code cycle + o * outer.interval + i * inner.interval}; addresses and labels advance alike.
 *
 * @param cycle from the start of the block
 */
public record Entry(int cycle, Instruction instruction, Repeat inner, Repeat outer) {
    public Entry {
        if (cycle < 0) {
            throw new IsaException("An instruction cannot be dispatched in cycle " + cycle + " of its block.");
        }
        if (!outer.once() && outer.interval() <= inner.span()) {
            throw new IsaException("A repetition every " + outer.interval() + " cycles overlaps itself: it takes "
                    + inner.span() + ".");
        }
    }

    public Entry(int cycle, Instruction instruction) {
        this(cycle, instruction, Repeat.ONCE, Repeat.ONCE);
    }

    public Entry(int cycle, Instruction instruction, Repeat repeat) {
        this(cycle, instruction, repeat, Repeat.ONCE);
    }

    /** The cycle of the last dispatch. */
    public long lastCycle() {
        return cycle + outer.span() + inner.span();
    }

    /** How often it is dispatched. */
    public long dispatches() {
        return (long) inner.count() * outer.count();
    }

    /** The instruction as dispatch (o, i) has it. */
    public Instruction at(int o, int i) {
        int words = o * outer.wordStep() + i * inner.wordStep();
        int labels = o * outer.labelStep() + i * inner.labelStep();
        return words == 0 && labels == 0 ? instruction : instruction.advanced(words, labels);
    }

    /** The same entry, later. */
    public Entry later(int cycles) {
        return cycles == 0 ? this : new Entry(cycle + cycles, instruction, inner, outer);
    }
}
