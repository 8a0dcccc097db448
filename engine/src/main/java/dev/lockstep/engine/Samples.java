package dev.lockstep.engine;

import java.util.Arrays;

/** Measured values; room for them is made beforehand, so that measuring allocates nothing. */
final class Samples {
    private final double[] values;
    private int count;

    Samples(int most) {
        this.values = new double[most];
    }

    void add(double value) {
        values[count++] = value;
    }

    /** All of them, in order. */
    double[] values() {
        return Arrays.copyOf(values, count);
    }

    /** The value below which {@code share} of all values lie, between the two nearest; NaN if there are none. */
    double quantile(double share) {
        if (count == 0) {
            return Double.NaN;
        }
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        double place = share * (count - 1);
        int below = (int) place;
        int above = Math.min(below + 1, count - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
