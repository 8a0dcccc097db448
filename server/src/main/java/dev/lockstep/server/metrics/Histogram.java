package dev.lockstep.server.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Counts how often values fell under which bounds. */
public final class Histogram {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /** @param bounds upper bounds, growing; a last one without limit is added */
    Histogram(double... bounds) {
        this.bounds = bounds.clone();
        this.counts = new LongAdder[bounds.length + 1];
        Arrays.setAll(counts, _ -> new LongAdder());
    }

    public void record(double value) {
        int place = Arrays.binarySearch(bounds, value);
        counts[place < 0 ? -place - 1 : place].increment();
        sum.add(value);
    }

    int buckets() {
        return counts.length;
    }

    double bound(int bucket) {
        return bucket < bounds.length ? bounds[bucket] : Double.POSITIVE_INFINITY;
    }

    long count(int bucket) {
        return counts[bucket].sum();
    }

    double sum() {
        return sum.sum();
    }
}
