package dev.lockstep.text;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A hash table from long to non-negative int, open addressing, without boxes. Hashes by a random multiplier, so that a
 * file cannot be made to collide.
 */
final class LongIntTable {
    static final int ABSENT = -1;

    private final long multiplier = ThreadLocalRandom.current().nextLong() | 1;
    private long[] keys;
    private int[] values;
    private int size;

    LongIntTable(int expectedSize) {
        allocate(Integer.highestOneBit(Math.max(8, expectedSize) * 4 / 3) * 2);
    }

    /** The value of the key, or {@link #ABSENT}. */
    int find(long key) {
        return values[slot(key)];
    }

    /** Keeps the first value of a key. */
    void putIfAbsent(long key, int value) {
        int slot = slot(key);
        if (values[slot] != ABSENT) {
            return;
        }
        keys[slot] = key;
        values[slot] = value;
        if (++size > keys.length / 4 * 3) {
            grow();
        }
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        int slot = (int) (key * multiplier >>> Long.numberOfLeadingZeros(mask));
        while (values[slot] != ABSENT && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        var oldKeys = keys;
        var oldValues = values;
        allocate(2 * oldKeys.length);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != ABSENT) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private void allocate(int capacity) {
        keys = new long[capacity];
        values = new int[capacity];
        Arrays.fill(values, ABSENT);
    }
}
