package dev.lockstep.graph.reference;

/** Orders of summation that the numerics prescribe. */
final class Sums {
    /** Lanes of a {@linkplain #lanes lane sum}. */
    static final int LANES = 16;

    private Sums() {}

    /** Adds 16 lanes as a binary tree: lane j takes lane j + 8, then j + 4, j + 2, j + 1. Overwrites them. */
    static float lanes(float[] lanes) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int j = 0; j < half; j++) {
                lanes[j] += lanes[j + half];
            }
        }
        return lanes[0];
    }

    /** Adds the sums of 1, 2, 4 or 8 segments: neighbours first, then pairs of neighbours. Overwrites them. */
    static float segments(float[] sums, int count) {
        for (int n = count; n > 1; n /= 2) {
            for (int s = 0; s < n / 2; s++) {
                sums[s] = sums[2 * s] + sums[2 * s + 1];
            }
        }
        return sums[0];
    }
}
