package dev.lockstep.checker;

import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.program.Entry;
import java.util.Arrays;

/** Who does what to which resource, in columns. A sort by the key brings together what meets. */
final class Events {
    private static final int INDEX_BITS = 26;

    private int size;
    private long[] keys = new long[1024];
    private int[] labels = new int[1024];
    private byte[] queues = new byte[1024];
    private long[] details = new long[1024];
    private Entry[] entries = new Entry[1024];
    private long[] order = {};

    /** @param key up to 37 bits, sorted as a number */
    void add(long key, int label, Queue queue, Entry entry, long detail) {
        if (size == keys.length) {
            int larger = Math.min(2 * size, 1 << INDEX_BITS);
            if (larger == size) {
                throw new IllegalStateException("more than " + size + " events in a window");
            }
            keys = Arrays.copyOf(keys, larger);
            labels = Arrays.copyOf(labels, larger);
            queues = Arrays.copyOf(queues, larger);
            details = Arrays.copyOf(details, larger);
            entries = Arrays.copyOf(entries, larger);
        }
        keys[size] = key;
        labels[size] = label;
        queues[size] = (byte) queue.number();
        details[size] = detail;
        entries[size++] = entry;
    }

    /** Adds an event of others. */
    void add(Events others, int event) {
        add(others.key(event), others.label(event), others.queue(event), others.entry(event), others.detail(event));
    }

    void sort() {
        if (order.length < size) {
            order = new long[keys.length];
        }
        for (int i = 0; i < size; i++) {
            order[i] = keys[i] << INDEX_BITS | i;
        }
        Arrays.sort(order, 0, size);
    }

    int size() {
        return size;
    }

    /** The event at a rank after the sort. */
    int at(int rank) {
        return (int) (order[rank] & (1 << INDEX_BITS) - 1);
    }

    long key(int event) {
        return keys[event];
    }

    int label(int event) {
        return labels[event];
    }

    Queue queue(int event) {
        return Queue.of(queues[event] & 0xff);
    }

    Entry entry(int event) {
        return entries[event];
    }

    long detail(int event) {
        return details[event];
    }

    void clear() {
        Arrays.fill(entries, 0, size, null);
        size = 0;
    }
}
