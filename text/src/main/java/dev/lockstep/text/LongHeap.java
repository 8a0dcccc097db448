package dev.lockstep.text;

import java.util.Arrays;

/** A binary heap of longs, smallest first. */
final class LongHeap {
    private long[] values = new long[32];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    long smallest() {
        return values[0];
    }

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        int hole = size++;
        while (hole > 0 && values[(hole - 1) / 2] > value) {
            values[hole] = values[(hole - 1) / 2];
            hole = (hole - 1) / 2;
        }
        values[hole] = value;
    }

    long removeSmallest() {
        long smallest = values[0];
        long last = values[--size];
        int hole = 0;
        while (true) {
            int child = 2 * hole + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && values[child + 1] < values[child]) {
                child++;
            }
            if (values[child] >= last) {
                break;
            }
            values[hole] = values[child];
            hole = child;
        }
        values[hole] = last;
        return smallest;
    }
}
