package dev.lockstep.checker;

import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import java.util.BitSet;

/**
 * The rule of memory words: they exist, and none is read in a run before it is written in the same run unless it holds something from the beginning. A
 * slice has one queue, so its ports and banks cannot be asked for twice in a cycle.
 */
final class MemoryRule {
    private final int slices;
    private final int words;
    private final Findings findings;
    private final BitSet held;
    private final BitSet read;
    private final BitSet written;

    /** @param held words that hold something before the run, as {@link #index} numbers them; empty if that is not known */
    MemoryRule(Machine machine, BitSet held, Findings findings) {
        slices = machine.slices();
        words = machine.wordsPerSlice();
        this.findings = findings;
        this.held = held;
        read = new BitSet();
        written = new BitSet();
    }

    static int index(Machine machine, Hemisphere hemisphere, int slice, int word) {
        return (hemisphere.ordinal() * machine.slices() + slice) * machine.wordsPerSlice() + word;
    }

    void dispatch(Dispatches.Dispatch dispatch, Queue queue) {
        switch ((MemoryInstruction) dispatch.instruction()) {
            case MemoryInstruction.Read from ->
                read(
                        dispatch,
                        queue,
                        dispatch.base(from.from().base()) + from.from().word() + dispatch.words());
            case MemoryInstruction.Write to ->
                write(dispatch, queue, dispatch.base(to.to().base()) + to.to().word() + dispatch.words());
            // Which words these mean depends on data.
            case MemoryInstruction.Gather from ->
                exists(
                        dispatch,
                        queue,
                        dispatch.base(from.from().base()) + from.from().word() + dispatch.words());
            case MemoryInstruction.Scatter to ->
                exists(dispatch, queue, dispatch.base(to.to().base()) + to.to().word() + dispatch.words());
        }
    }

    private void read(Dispatches.Dispatch dispatch, Queue queue, int word) {
        if (!exists(dispatch, queue, word)) {
            return;
        }
        int index = index(queue, word);
        if (!written.get(index)) {
            read.set(index);
        }
    }

    private void write(Dispatches.Dispatch dispatch, Queue queue, int word) {
        if (!exists(dispatch, queue, word)) {
            return;
        }
        int index = index(queue, word);
        if (read.get(index) && !written.get(index) && !held.get(index)) {
            findings.add(
                    dispatch.cycle(),
                    queue,
                    dispatch.instruction(),
                    "word " + word + " of slice " + queue,
                    "it is read before it is written here, and holds nothing from the beginning");
        }
        written.set(index);
    }

    private boolean exists(Dispatches.Dispatch dispatch, Queue queue, int word) {
        if (queue.index() >= slices || word < 0 || word >= words) {
            findings.add(dispatch.cycle(), queue, dispatch.instruction(), "slice " + queue, "it has no word " + word);
            return false;
        }
        return true;
    }

    private int index(Queue queue, int word) {
        return (queue.hemisphere().ordinal() * slices + queue.index()) * words + word;
    }
}
