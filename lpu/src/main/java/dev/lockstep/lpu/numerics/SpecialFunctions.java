package dev.lockstep.lpu.numerics;

/**
 * exp2, rsqrt and tanh of binary32 numbers. Each is a fixed sequence of IEEE double precision additions, multiplications, divisions and square roots,
 * so every implementation gives the same bits; its result is rounded to binary32 once. The error is below 0.51 units in the last place.
 */
public final class SpecialFunctions {
    /** ln(2)^k / k! for k = 0 to 12, the series of 2^r, whose remainder for |r| at most 1/2 is below 2^-52. */
    private static final double[] EXP2_SERIES = {
        1.0,
        0.6931471805599453,
        0.2402265069591007,
        0.05550410866482158,
        0.009618129107628477,
        0.0013333558146428443,
        1.540353039338161e-4,
        1.5252733804059841e-5,
        1.321548679014431e-6,
        1.01780860092397e-7,
        7.054911620801123e-9,
        4.4455382718708116e-10,
        2.5678435993488206e-11
    };

    /** 2 log2(e): tanh(x) = (2^(cx) - 1) / (2^(cx) + 1). */
    private static final double TANH_SCALE = 2.8853900817779268;

    private SpecialFunctions() {}

    /** 2^x: below 2^-149 with its rounding, infinity from 128 on. */
    public static float exp2(float x) {
        if (Float.isNaN(x)) {
            return Float.intBitsToFloat(ExactSum.NAN);
        }
        if (x >= 128) {
            return Float.POSITIVE_INFINITY;
        }
        if (x < -151) {
            return 0;
        }
        return (float) exp2((double) x);
    }

    /** 1 / sqrt(x): infinity with the sign of a zero, NaN below zero. */
    public static float rsqrt(float x) {
        float result = (float) (1.0 / Math.sqrt((double) x));
        return Float.isNaN(result) ? Float.intBitsToFloat(ExactSum.NAN) : result;
    }

    public static float tanh(float x) {
        if (Float.isNaN(x)) {
            return Float.intBitsToFloat(ExactSum.NAN);
        }
        double magnitude = Math.abs((double) x);
        double result;
        if (magnitude < 0x1p-6) {
            // Where the quotient would cancel, three terms of the series leave an error of 2^-46.
            double square = magnitude * magnitude;
            result = magnitude - magnitude * square * (1.0 / 3.0 - square * (2.0 / 15.0));
        } else if (magnitude > 10) {
            result = 1;
        } else {
            double power = exp2(magnitude * TANH_SCALE);
            result = (power - 1) / (power + 1);
        }
        return (float) Math.copySign(result, x);
    }

    /** In double precision, for |x| at most 151. */
    private static double exp2(double x) {
        double whole = Math.rint(x);
        double rest = x - whole;
        double sum = EXP2_SERIES[EXP2_SERIES.length - 1];
        for (int k = EXP2_SERIES.length - 2; k >= 0; k--) {
            sum = sum * rest + EXP2_SERIES[k];
        }
        return sum * Double.longBitsToDouble(1023 + (long) whole << 52);
    }
}
