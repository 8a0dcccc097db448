package dev.lockstep.lpu.numerics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class SpecialFunctionsTest {
    private static final long SEED = 77;

    @Test
    void shouldBeWithinHalfAUnitOfExp2() {
        compare(x -> StrictMath.pow(2, x), SpecialFunctions::exp2, -150, 128);
        compare(x -> StrictMath.pow(2, x), SpecialFunctions::exp2, -2, 2);
    }

    @Test
    void shouldBeWithinHalfAUnitOfTanh() {
        compare(StrictMath::tanh, SpecialFunctions::tanh, -12, 12);
        compare(StrictMath::tanh, SpecialFunctions::tanh, -0.03125, 0.03125);
        compare(StrictMath::tanh, SpecialFunctions::tanh, -1e-4, 1e-4);
    }

    @Test
    void shouldBeWithinHalfAUnitOfRsqrt() {
        compare(x -> 1 / Math.sqrt(x), SpecialFunctions::rsqrt, 1e-30, 1e30);
        compare(x -> 1 / Math.sqrt(x), SpecialFunctions::rsqrt, 0.1, 10);
    }

    @Test
    void shouldKeepSpecialValues() {
        assertThat(SpecialFunctions.exp2(Float.NEGATIVE_INFINITY)).isEqualTo(0f);
        assertThat(SpecialFunctions.exp2(-149)).isEqualTo(Float.MIN_VALUE);
        assertThat(SpecialFunctions.exp2(-150)).isEqualTo(0f);
        assertThat(SpecialFunctions.exp2(127.99999f)).isLessThan(Float.POSITIVE_INFINITY);
        assertThat(SpecialFunctions.exp2(128)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(SpecialFunctions.exp2(0)).isEqualTo(1f);
        assertThat(SpecialFunctions.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1f);
        assertThat(Float.floatToRawIntBits(SpecialFunctions.tanh(-0f))).isEqualTo(0x8000_0000);
        assertThat(SpecialFunctions.tanh(Float.MIN_VALUE)).isEqualTo(Float.MIN_VALUE);
        assertThat(SpecialFunctions.rsqrt(0)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(SpecialFunctions.rsqrt(-0f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(SpecialFunctions.rsqrt(4)).isEqualTo(0.5f);
    }

    @Test
    void shouldHaveOneNaN() {
        for (float nan : new float[] {Float.intBitsToFloat(0x7f80_0001), Float.intBitsToFloat(0xffff_ffff)}) {
            assertThat(Float.floatToRawIntBits(SpecialFunctions.exp2(nan))).isEqualTo(ExactSum.NAN);
            assertThat(Float.floatToRawIntBits(SpecialFunctions.tanh(nan))).isEqualTo(ExactSum.NAN);
            assertThat(Float.floatToRawIntBits(SpecialFunctions.rsqrt(nan))).isEqualTo(ExactSum.NAN);
        }
        assertThat(Float.floatToRawIntBits(SpecialFunctions.rsqrt(-1))).isEqualTo(ExactSum.NAN);
    }

    /** 0.51 units in the last place of binary32 against double precision. */
    private static void compare(DoubleUnaryOperator exact, FloatFunction function, double from, double to) {
        Random random = new Random(SEED);
        for (int i = 0; i < 200_000; i++) {
            float x = (float) (from + (to - from) * random.nextDouble());
            double expected = exact.applyAsDouble(x);
            double error = Math.abs(function.apply(x) - expected) / Math.ulp((float) expected);
            if (error > 0.51) {
                throw new AssertionError("seed " + SEED + ": f(" + x + ") = " + expected + ", error " + error);
            }
        }
    }

    private interface FloatFunction {
        float apply(float x);
    }
}
