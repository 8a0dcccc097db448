package dev.lockstep.tensor;

/**
 * Finds scale and minimum that represent numbers best by {@code scale * level - minimum}, with levels from 0 to a highest one: those with about the
 * least sum of squared errors. Levels are guessed with some widths of the range, scale and minimum follow by linear regression; from the best
 * guess on, levels and regression take turns.
 */
final class OffsetFit {
    private static final int GUESSES = 11;
    private static final float GUESS_STEP = 0.2f;
    private static final int TURNS = 3;

    private final int high;
    private final boolean minimumFromZero;
    private double bestError;
    private float scale;
    private float minimum;

    /**
     * @param high highest level
     * @param minimumFromZero whether a minimum may not be negative, as in the K types
     */
    OffsetFit(int high, boolean minimumFromZero) {
        this.high = high;
        this.minimumFromZero = minimumFromZero;
    }

    /** Fits {@code count} finite numbers from {@code at}; ask for {@link #scale} and {@link #minimum} then. */
    void fit(float[] x, int at, int count) {
        float least = minimumFromZero ? 0 : x[at];
        float most = x[at];
        for (int i = at; i < at + count; i++) {
            least = Math.min(least, x[i]);
            most = Math.max(most, x[i]);
        }
        scale = 0;
        minimum = -least;
        float width = most - least;
        if (!(width >= Float.MIN_NORMAL)) {
            return;
        }
        bestError = Double.POSITIVE_INFINITY;
        float widest = high - GUESSES / 2 * GUESS_STEP;
        for (int guess = 0; guess < GUESSES; guess++) {
            regress(x, at, count, width / (widest + guess * GUESS_STEP), -least);
        }
        for (int turn = 0; turn < TURNS && regress(x, at, count, scale, minimum); turn++) {}
    }

    /** Not negative. */
    float scale() {
        return scale;
    }

    float minimum() {
        return minimum;
    }

    /** Rounds with the given parameters, and keeps the best for these levels if they are better than what there was; says whether. */
    private boolean regress(float[] x, int at, int count, float from, float offset) {
        float inverse = 1 / from;
        if (Float.isInfinite(inverse)) {
            return false;
        }
        long levels = 0;
        long squares = 0;
        double sum = 0;
        double products = 0;
        double energy = 0;
        for (int i = at; i < at + count; i++) {
            int level = Levels.nearest((x[i] + offset) * inverse, 0, high);
            levels += level;
            squares += level * level;
            sum += x[i];
            products += (double) x[i] * level;
            energy += (double) x[i] * x[i];
        }
        double determinant = (double) count * squares - (double) levels * levels;
        if (determinant <= 0) {
            return false;
        }
        double slope = (count * products - sum * levels) / determinant;
        double shift = (slope * levels - sum) / count;
        if (minimumFromZero && shift < 0) {
            shift = 0;
            slope = products / squares;
        }
        double error = energy
                - 2 * slope * products
                + 2 * shift * sum
                + slope * slope * squares
                - 2 * slope * shift * levels
                + count * shift * shift;
        if (slope < 0 || error >= bestError) {
            return false;
        }
        bestError = error;
        scale = (float) slope;
        minimum = (float) shift;
        return true;
    }
}
