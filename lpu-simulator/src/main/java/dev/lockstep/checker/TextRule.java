package dev.lockstep.checker;

import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.TextPlace;
import java.util.BitSet;

/**
 * The rule of program text, where it is fetched: an instruction is in its queue when it is dispatched, what is fetched finds room, and it lies in a
 * place of its own.
 */
final class TextRule {
    private final LpuProgram program;
    private final int capacity;
    private final int portion;
    private final Machine machine;

    TextRule(Machine machine, LpuProgram program) {
        this.machine = machine;
        this.program = program;
        capacity = machine.whole(Quantity.TEXT_BYTES);
        portion = machine.whole(Quantity.FETCH_BYTES);
    }

    void check(int chip, Findings findings) {
        if (!program.fetchesText()) {
            return;
        }
        BitSet taken = new BitSet();
        for (int number = 0; number < Queue.COUNT; number++) {
            Queue queue = Queue.of(number);
            check(chip, queue, places(chip, queue, taken), findings);
        }
    }

    /** Portions of a queue's text that lie in places of their own. */
    private long places(int chip, Queue queue, BitSet taken) {
        long portions = 0;
        for (TextPlace place : program.text()) {
            if (place.chip() != chip || !place.queue().equals(queue)) {
                continue;
            }
            int last = place.word() + place.fetches() * ControlInstruction.Fetch.VECTORS;
            if (place.slice() >= machine.slices() || place.word() < 0 || last > machine.wordsPerSlice()) {
                continue;
            }
            int first = MemoryRule.index(machine, place.hemisphere(), place.slice(), place.word());
            int end = first + last - place.word();
            if (taken.get(first, end).isEmpty()) {
                portions += place.fetches();
            }
            taken.set(first, end);
        }
        return portions;
    }

    private long total(int chip, Queue queue) {
        long total = 0;
        Dispatches dispatches = new Dispatches(program, chip, queue);
        while (dispatches.hasNext()) {
            Dispatches.Dispatch dispatch = dispatches.next();
            total += dispatch.first() ? dispatch.textBytes() : 0;
        }
        return total;
    }

    private void check(int chip, Queue queue, long portions, Findings findings) {
        long total = total(chip, queue);
        long placed = capacity + portions * portion;
        long fetched = Math.min(capacity, total);
        long gone = 0;
        Dispatches dispatches = new Dispatches(program, chip, queue);
        while (dispatches.hasNext()) {
            Dispatches.Dispatch dispatch = dispatches.next();
            if (dispatch.first()) {
                gone += dispatch.textBytes();
                if (gone > fetched) {
                    findings.add(
                            dispatch.cycle(),
                            queue,
                            dispatch.instruction(),
                            "queue " + queue,
                            "its text ends " + (gone - fetched) + " bytes before the end of this instruction");
                    return;
                }
            }
            if (dispatch.instruction() instanceof ControlInstruction.Fetch) {
                if (fetched - gone > capacity - portion || fetched == total) {
                    findings.add(
                            dispatch.cycle(),
                            queue,
                            dispatch.instruction(),
                            "queue " + queue,
                            fetched == total
                                    ? "there is no more text for it"
                                    : "it still has " + (fetched - gone) + " bytes of text, too many for a fetch");
                    return;
                }
                if (fetched >= placed) {
                    findings.add(
                            dispatch.cycle(),
                            queue,
                            dispatch.instruction(),
                            "queue " + queue,
                            "the text that comes next has no place of its own in memory");
                    return;
                }
                fetched = Math.min(total, fetched + portion);
            }
        }
    }
}
