package dev.lockstep.tensor;

import java.util.Arrays;

/**
 * Finds the scale that represents numbers best by scale times a level, an integer of a range: the one with the least sum of squared
 * errors.
 *
 * <p>With levels given, the best scale is known: {@code sum(x q) / sum(q q)}, which leaves {@code sum(x x) - sum(x q)^2 / sum(q q)}. Levels change only
 * where a number times the inverse scale crosses a half, so the crossings are gone through in order and each changes both sums by one element. Only
 * inverse scales are looked at that bring the largest number near the end of the range.
 */
final class ScaleFit {
    /** How many levels short of or beyond the end of the range the largest number may come to lie. */
    private static final float SPAN = 1.5f;

    private static final int MOST_CROSSINGS = (int) (2 * SPAN) + 2;

    private final int low;
    private final int high;
    private final int[] levels;
    private final long[] crossings;
    private double bestScore;
    private double bestScale;

    /**
     * @param low lowest level, negative
     * @param high highest level, positive
     * @param elements most numbers at a time
     */
    ScaleFit(int low, int high, int elements) {
        this.low = low;
        this.high = high;
        this.levels = new int[elements];
        this.crossings = new long[elements * MOST_CROSSINGS];
    }

    /** The scale of {@code count} finite numbers from {@code at}, of either sign; 0 if there is nothing but zeros. */
    float scale(float[] x, int at, int count) {
        float largest = 0;
        for (int i = at; i < at + count; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        // Below it inverse scales are infinite; float16 scales end far above it.
        if (largest < Float.MIN_NORMAL) {
            return 0;
        }
        bestScore = 0;
        sweep(x, at, count, largest, 1);
        if (low != -high) {
            sweep(x, at, count, largest, -1);
        }
        return (float) bestScale;
    }

    /** The nearest level. */
    int level(float scaled) {
        return Levels.nearest(scaled, low, high);
    }

    private void sweep(float[] x, int at, int count, float largest, int sign) {
        int reach = Math.max(-low, high);
        float first = Math.max(reach - SPAN, 0.5f) / largest;
        float last = (reach + SPAN) / largest;
        double products = 0;
        double squares = 0;
        int found = 0;
        for (int i = 0; i < count; i++) {
            float y = sign * x[at + i];
            int level = level(y * first);
            levels[i] = level;
            products += (double) y * level;
            squares += level * level;
            int limit = y > 0 ? high : -low;
            for (int next = Math.abs(level); next < limit; next++) {
                float crossing = (next + 0.5f) / Math.abs(y);
                if (!(crossing <= last)) {
                    break;
                }
                // Bits of positive floats are in the order of their values.
                crossings[found++] = (long) Float.floatToRawIntBits(crossing) << 32 | i;
            }
        }
        keepBetter(sign, products, squares);
        Arrays.sort(crossings, 0, found);
        for (int c = 0; c < found; c++) {
            int i = (int) crossings[c];
            float y = sign * x[at + i];
            int before = Math.abs(levels[i]);
            products += Math.abs(y);
            squares += 2 * before + 1;
            levels[i] += y > 0 ? 1 : -1;
            keepBetter(sign, products, squares);
        }
    }

    private void keepBetter(int sign, double products, double squares) {
        if (products * products > bestScore * squares) {
            bestScore = products * products / squares;
            bestScale = sign * products / squares;
        }
    }
}
