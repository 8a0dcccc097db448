package dev.lockstep.checker;

import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.program.Entry;

/**
 * The rule of ALU results. Completions and reads of an ALU are sorted by cycle, completions first: whoever reads gets the last one, which must be the one it
 * expects; two results cannot be complete in one cycle.
 */
final class AluRule {
    private static final int CYCLE_BITS = 28;

    private final Findings findings;
    private final int alus;
    private final boolean[] filled;
    private final int[] labels;
    private final Events events = new Events();
    private long origin = Long.MIN_VALUE;

    AluRule(int alus, Findings findings) {
        this.alus = alus;
        this.findings = findings;
        filled = new boolean[alus];
        labels = new int[alus];
    }

    void complete(int alu, long cycle, int label, Queue queue, Entry entry) {
        add(alu, cycle, label, queue, entry, 0);
    }

    void read(int alu, long cycle, int expected, Queue queue, Entry entry) {
        add(alu, cycle, expected, queue, entry, 1);
    }

    /** Checks what happened before a cycle. Events of that cycle and later ones stay. */
    void finishBefore(long cycle) {
        events.sort();
        Events later = new Events();
        long last = -1;
        for (int rank = 0; rank < events.size(); rank++) {
            int event = events.at(rank);
            if (events.detail(event) >= cycle) {
                later.add(events, event);
                continue;
            }
            long key = events.key(event);
            int alu = (int) (key >> CYCLE_BITS + 1);
            if ((key & 1) == 0) {
                if (key == last) {
                    report(event, alu, "another result is complete in the same cycle");
                }
                last = key;
                filled[alu] = true;
                labels[alu] = events.label(event);
            } else if (!filled[alu]) {
                report(event, alu, "it holds no result yet");
            } else {
                int expected = events.label(event);
                if (expected != 0 && labels[alu] != 0 && expected != labels[alu]) {
                    report(
                            event,
                            alu,
                            "it holds result " + StreamRule.text(labels[alu]) + " instead of "
                                    + StreamRule.text(expected));
                }
            }
        }
        events.clear();
        origin = Long.MIN_VALUE;
        for (int i = 0; i < later.size(); i++) {
            long key = later.key(i);
            add((int) (key >> CYCLE_BITS + 1), later.detail(i), later.label(i), later.queue(i), later.entry(i), (int)
                    (key & 1));
        }
    }

    private void add(int alu, long cycle, int label, Queue queue, Entry entry, int kind) {
        if (alu < 0 || alu >= alus) {
            findings.add(cycle, queue, entry.instruction(), "ALU " + alu, "there are " + alus);
            return;
        }
        if (origin == Long.MIN_VALUE) {
            // Room for what is added later and happens earlier.
            origin = cycle - (1 << CYCLE_BITS - 2);
        }
        long key = (long) alu << CYCLE_BITS + 1 | cycle - origin << 1 | kind;
        events.add(key, label, queue, entry, cycle);
    }

    private void report(int event, int alu, String what) {
        findings.add(
                events.detail(event), events.queue(event), events.entry(event).instruction(), "ALU " + alu, what);
    }
}
