package dev.lockstep.simulator;

import dev.lockstep.lpu.numerics.ExactSum;

/**
 * Products of a plane of weights with a vector: the same bits as {@link ExactSum}, faster.
 *
 * <p>Sums of products are formed in double precision. Every product of binary16 numbers is a multiple of q = 2^-24 times the lowest set bit of all activations
 * (of that bit alone for INT8 weights), and so is every partial sum, in any order; where the sum of magnitudes stays below 2^53 q, all of
 * them have at most 53 bits and nothing is ever rounded. The conversion to binary32 is then the one rounding. Other rows, and those with
 * infinities and NaN, whose magnitudes compare false, take the slow way.
 */
final class ExactDot {
    /** For the rounding of the sum of magnitudes itself: 320 roundings of 2^-53. */
    private static final double CAUTION = 1 - 0x1p-40;

    private final int lanes;
    private final short[] halves;
    private final double[] activation;
    private double quantum;

    /** Lanes from here on are 0, and add nothing to a sum of finite weights. */
    private int used;

    private boolean finite;

    ExactDot(int lanes) {
        this.lanes = lanes;
        halves = new short[lanes];
        activation = new double[lanes];
    }

    /** The vector that rows are multiplied with. */
    void activate(int[] bits) {
        int lowest = 64;
        used = 0;
        finite = true;
        for (int lane = 0; lane < lanes; lane++) {
            short half = (short) bits[lane];
            halves[lane] = half;
            activation[lane] = Float.float16ToFloat(half);
            int exponent = half >> 10 & 31;
            int magnitude = half & 0x3ff | (exponent == 0 ? 0 : 0x400);
            if (magnitude != 0) {
                used = lane + 1;
                finite &= exponent != 31;
                lowest = Math.min(lowest, Math.max(exponent, 1) - 25 + Integer.numberOfTrailingZeros(magnitude));
            }
        }
        quantum = Math.scalb(1.0, lowest);
    }

    /**
     * FP16 weights, whose bytes lie in two planes.
     *
     * @param filled rows from here on are 0
     * @param finiteWeights whether no weight is infinite or NaN
     */
    void halves(byte[] low, byte[] high, int filled, boolean finiteWeights, int[] sums) {
        double limit = 0x1p29 * quantum * CAUTION;
        int lanes = finiteWeights ? used : this.lanes;
        int rows = emptyRows(filled, sums);
        for (int row = 0; row < rows; row++) {
            int at = row * this.lanes;
            double even = 0;
            double odd = 0;
            double evenMagnitude = 0;
            double oddMagnitude = 0;
            int lane = 0;
            for (; lane < lanes - 1; lane += 2, at += 2) {
                double x = activation[lane] * Float.float16ToFloat((short) (low[at] & 0xff | high[at] << 8));
                double y =
                        activation[lane + 1] * Float.float16ToFloat((short) (low[at + 1] & 0xff | high[at + 1] << 8));
                even += x;
                odd += y;
                evenMagnitude += Math.abs(x);
                oddMagnitude += Math.abs(y);
            }
            if (lane < lanes) {
                double x = activation[lane] * Float.float16ToFloat((short) (low[at] & 0xff | high[at] << 8));
                even += x;
                evenMagnitude += Math.abs(x);
            }
            sums[row] = evenMagnitude + oddMagnitude < limit
                    ? Float.floatToRawIntBits((float) (even + odd))
                    : slowHalves(low, high, row * this.lanes);
        }
    }

    /** INT8 weights. */
    void bytes(byte[] weights, int filled, int[] sums) {
        double limit = 0x1p53 * quantum * CAUTION;
        int rows = emptyRows(filled, sums);
        for (int row = 0; row < rows; row++) {
            int first = row * lanes;
            double sum = 0;
            double magnitude = 0;
            for (int lane = 0; lane < used; lane++) {
                double x = activation[lane] * weights[first + lane];
                sum += x;
                magnitude += Math.abs(x);
            }
            sums[row] = magnitude < limit ? Float.floatToRawIntBits((float) sum) : slowBytes(weights, first);
        }
    }

    /** INT8 weights and activations; the sums wrap. */
    static void integers(byte[] weights, byte[] activation, int rows, int[] sums) {
        int lanes = activation.length;
        for (int row = 0; row < rows; row++) {
            int first = row * lanes;
            int sum = 0;
            for (int lane = 0; lane < lanes; lane++) {
                sum += weights[first + lane] * activation[lane];
            }
            sums[row] = sum;
        }
    }

    /** Rows of zeros have sums of zero, unless an activation is infinite or NaN. Returns the number of rows to multiply. */
    private int emptyRows(int filled, int[] sums) {
        if (!finite) {
            return sums.length;
        }
        java.util.Arrays.fill(sums, filled, sums.length, 0);
        return filled;
    }

    private int slowHalves(byte[] low, byte[] high, int first) {
        ExactSum sum = new ExactSum();
        for (int lane = 0; lane < lanes; lane++) {
            sum.addProduct((short) (low[first + lane] & 0xff | high[first + lane] << 8), halves[lane]);
        }
        return Float.floatToRawIntBits(sum.round());
    }

    private int slowBytes(byte[] weights, int first) {
        ExactSum sum = new ExactSum();
        for (int lane = 0; lane < lanes; lane++) {
            sum.addProduct(weights[first + lane], halves[lane]);
        }
        return Float.floatToRawIntBits(sum.round());
    }
}
