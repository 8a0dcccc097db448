package dev.lockstep.graph.reference;

/**
 * Elementary functions, defined as sequences of binary32 operations so that every machine can reproduce their bits.
 * NaN arguments give unspecified results.
 */
public final class Numerics {
    /** Adding it to |v| below 2^22 rounds v to the nearest integer, ties to even, in the low mantissa bits. */
    public static final float ROUNDING = 0x1.8p23f;

    /** The bits of {@link #ROUNDING}, to be subtracted from those of the sum. */
    public static final int ROUNDING_BITS = 0x4B400000;

    /** Arguments of exp are clamped to this range; results stay normal and finite. */
    public static final float EXP_LOW = -87f;

    public static final float EXP_HIGH = 88f;

    public static final float LOG2_E = 0x1.715476p0f;

    /** ln 2 = LN2_HIGH + LN2_LOW; the high part has few enough bits for n * LN2_HIGH to be exact. */
    public static final float LN2_HIGH = 0x1.63p-1f;

    public static final float LN2_LOW = -0x1.bd0106p-13f;

    /** sqrt(2 / pi). */
    public static final float GELU_LINEAR = 0.7978845608f;

    /** 0.044715 sqrt(2 / pi). */
    public static final float GELU_CUBIC = 0.0356774081f;

    /** Steepness of gpt-oss's gate. */
    public static final float OAI_ALPHA = 1.702f;

    /** What its gate, and what goes through it, is limited to. */
    public static final float OAI_LIMIT = 7f;

    /** Coefficients of r^7 down to r^2 of exp(r) on [-ln 2 / 2, ln 2 / 2] (Cephes, expf). */
    private static final float[] EXP_POLYNOMIAL = {
        1.9875691500E-4f, 1.3981999507E-3f, 8.3334519073E-3f, 4.1665795894E-2f, 1.6666665459E-1f, 5.0000001201E-1f
    };

    private Numerics() {}

    /** Coefficients of {@link #exp}, highest power first. */
    public static float[] expPolynomial() {
        return EXP_POLYNOMIAL.clone();
    }

    /** v rounded to the nearest integer, ties to even, for |v| below 2^22. */
    public static int round(float v) {
        return Float.floatToRawIntBits(v + ROUNDING) - ROUNDING_BITS;
    }

    /** e^x with a relative error below 2^-22 for x in [-87, 88]; x is clamped to that range. */
    public static float exp(float x) {
        float clamped = x < EXP_LOW ? EXP_LOW : x;
        clamped = clamped > EXP_HIGH ? EXP_HIGH : clamped;
        float shifted = Math.fma(clamped, LOG2_E, ROUNDING);
        float n = shifted - ROUNDING;
        float r = Math.fma(n, -LN2_HIGH, clamped);
        r = Math.fma(n, -LN2_LOW, r);
        float p = EXP_POLYNOMIAL[0];
        for (int i = 1; i < EXP_POLYNOMIAL.length; i++) {
            p = Math.fma(p, r, EXP_POLYNOMIAL[i]);
        }
        float y = Math.fma(p, r * r, r) + 1f;
        int exponent = Float.floatToRawIntBits(shifted) - ROUNDING_BITS;
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) + (exponent << 23));
    }

    /** x / (1 + e^-x). */
    public static float silu(float x) {
        return x / (1f + exp(-x));
    }

    /** GELU in its tangent form, as x / (1 + e^-2u) with u = sqrt(2 / pi) (x + 0.044715 x^3). */
    public static float gelu(float x) {
        float u = x * Math.fma(x * x, GELU_CUBIC, GELU_LINEAR);
        return x / (1f + exp(-(u + u)));
    }

    /** 1 / (1 + e^-x). */
    public static float sigmoid(float x) {
        return 1f / (1f + exp(-x));
    }

    /** What gpt-oss makes of a gate: x / (1 + e^(-1.702 x)) with x limited from above. */
    public static float oaiGate(float x) {
        float g = x > OAI_LIMIT ? OAI_LIMIT : x;
        return g / (1f + exp(-(OAI_ALPHA * g)));
    }

    /** What gpt-oss makes of the value that a gate lets through: limited on both sides, plus 1. */
    public static float oaiUp(float x) {
        float u = x > OAI_LIMIT ? OAI_LIMIT : x;
        return (u < -OAI_LIMIT ? -OAI_LIMIT : u) + 1f;
    }

    /** 1 - 2 / (e^2x + 1), with an absolute error below 2^-22. */
    public static float tanh(float x) {
        return 1f - 2f / (exp(x + x) + 1f);
    }
}
