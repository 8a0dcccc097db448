package dev.lockstep.compiler.fetch;

import dev.lockstep.lpu.binary.QueueText;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.Entry;
import java.util.ArrayList;
import java.util.List;

/** What one queue dispatches in a run, with the bytes of its text, and what is added to it. */
final class QueueTimeline {
    /** All of the text is there in time. */
    static final long NEVER = Long.MAX_VALUE;

    /** Something that has been added cannot be where it is. */
    static final long IMPOSSIBLE = Long.MIN_VALUE;

    private final Queue queue;
    private final int capacity;
    private final int portion;
    private final List<Item> items = new ArrayList<>();
    private long text = -1;
    private long deadline;

    /**
     * An instruction in its place.
     *
     * @param placement index among the chip's placements
     * @param cycle of the first dispatch, on the chip
     * @param last cycle in which it keeps the queue
     * @param bytes of its text without NOPs
     * @param added whether it is one of ours
     */
    record Item(int placement, long cycle, long last, Entry entry, int bytes, boolean added) {
        Item(int placement, long cycle, long last, Entry entry, boolean added) {
            this(placement, cycle, last, entry, QueueText.bytes(entry), added);
        }

        /** The cycle of the last dispatch. */
        long entryEnd() {
            return cycle + entry.lastCycle() - entry.cycle();
        }

        boolean fetches() {
            return entry.instruction() instanceof ControlInstruction.Fetch;
        }
    }

    QueueTimeline(Machine machine, Queue queue) {
        this.queue = queue;
        capacity = machine.whole(Quantity.TEXT_BYTES);
        portion = machine.whole(Quantity.FETCH_BYTES);
    }

    Queue queue() {
        return queue;
    }

    List<Item> items() {
        return items;
    }

    /** Bytes of all of its text. */
    long text() {
        if (text < 0) {
            text = 0;
            for (int i = 0; i < items.size(); i++) {
                text += bytes(i);
            }
            deadline = findDeadline();
        }
        return text;
    }

    private void changed() {
        text = -1;
    }

    private int bytes(int index) {
        Item item = items.get(index);
        boolean first = index == 0 || items.get(index - 1).placement() != item.placement();
        int nops = first
                ? QueueText.firstNopBytes()
                : QueueText.nopBytes(
                        item.entry(), item.cycle() - items.get(index - 1).entryEnd() - 1);
        return nops + item.bytes();
    }

    /** Adds an instruction of the program, in order. */
    void append(int placement, long start, Entry entry) {
        items.add(new Item(placement, start + entry.cycle(), start + entry.lastCycle(), entry, false));
        changed();
    }

    /** Where an instruction would stand that keeps the queue from {@code first} to {@code last}; -1 if another one does. */
    int gap(long first, long last) {
        int low = 0;
        int high = items.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (items.get(middle).cycle() <= last) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 || items.get(low - 1).last() < first ? low : -1;
    }

    void insert(int at, Item item) {
        items.add(at, item);
        changed();
    }

    void remove(int at) {
        items.remove(at);
        changed();
    }

    /** The cycle of the first instruction whose text is not there, {@link #NEVER}, or {@link #IMPOSSIBLE}. */
    long deadline() {
        text();
        return deadline;
    }

    private long findDeadline() {
        long loaded = Math.min(capacity, text);
        long used = 0;
        long missing = NEVER;
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            used += bytes(i);
            if (missing == NEVER && used > loaded) {
                missing = item.cycle();
            }
            if (item.fetches()) {
                if (missing != NEVER || loaded == text || loaded - used > capacity - portion) {
                    return IMPOSSIBLE;
                }
                loaded = Math.min(text, loaded + portion);
            }
        }
        return missing;
    }

    /** After which instruction there is room for another portion behind all that have been fetched; -1 if from the beginning. */
    int roomAfter() {
        long loaded = capacity;
        for (Item item : items) {
            loaded += item.fetches() ? portion : 0;
        }
        long used = 0;
        for (int i = 0; i < items.size(); i++) {
            if (loaded - used <= capacity - portion) {
                return i - 1;
            }
            used += bytes(i);
        }
        return items.size() - 1;
    }
}
