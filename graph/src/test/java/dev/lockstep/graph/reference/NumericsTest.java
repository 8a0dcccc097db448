package dev.lockstep.graph.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NumericsTest {
    /** Every float has about 2^31 neighbours here; a step of a prime number of them visits all binades and fractions. */
    private static final int STRIDE = 997;

    @Test
    void expShouldHaveARelativeErrorBelowTwoToTheMinus22() {
        double worst = 0;
        for (float magnitude = 0x1p-40f; magnitude <= 88; magnitude = next(magnitude)) {
            worst = Math.max(worst, relativeError(magnitude));
            if (magnitude <= 87) {
                worst = Math.max(worst, relativeError(-magnitude));
            }
        }
        assertThat(worst).isLessThan(0x1p-22);
    }

    @Test
    void expShouldBeExactAtZeroAndFiniteAtBothEnds() {
        assertThat(Numerics.exp(0f)).isEqualTo(1f);
        assertThat(Numerics.exp(-0f)).isEqualTo(1f);
        assertThat(Numerics.exp(-1e30f))
                .isEqualTo(Numerics.exp(Numerics.EXP_LOW))
                .isGreaterThanOrEqualTo(Float.MIN_NORMAL);
        assertThat(Numerics.exp(Float.NEGATIVE_INFINITY)).isEqualTo(Numerics.exp(Numerics.EXP_LOW));
        assertThat(Numerics.exp(1e30f))
                .isEqualTo(Numerics.exp(Numerics.EXP_HIGH))
                .isFinite();
        assertThat(Numerics.exp(Float.POSITIVE_INFINITY)).isEqualTo(Numerics.exp(Numerics.EXP_HIGH));
    }

    /** The result's exponent changes where x / ln 2 crosses a half-integer. */
    @Test
    void expShouldNotFallWhereItsReductionStepsToTheNextPowerOfTwo() {
        for (int n = -125; n < 126; n++) {
            float x = (float) ((n + 0.5) * Math.log(2));
            float below = x;
            for (int i = 0; i < 50; i++) {
                below = Math.nextDown(below);
            }
            for (float at = below; at < x + 50 * Math.ulp(x); at = Math.nextUp(at)) {
                assertThat(Numerics.exp(Math.nextUp(at))).isGreaterThanOrEqualTo(Numerics.exp(at) * (1 - 0x1p-23f));
            }
        }
    }

    @Test
    void roundShouldTakeTheEvenNeighbourOfATie() {
        for (int n = -5000; n <= 5000; n++) {
            assertThat(Numerics.round(n)).isEqualTo(n);
            assertThat(Numerics.round(n + 0.5f)).isEqualTo((int) Math.rint(n + 0.5));
            assertThat(Numerics.round(n + 0.499f)).isEqualTo((int) Math.rint(n + 0.499));
            assertThat(Numerics.round(n - 0.499f)).isEqualTo((int) Math.rint(n - 0.499));
        }
    }

    @Test
    void siluShouldBeCloseToItsDefinition() {
        for (float x = -30; x < 30; x += 0x1p-8f) {
            double expected = x / (1 + StrictMath.exp(-x));
            assertThat((double) Numerics.silu(x)).isCloseTo(expected, within(Math.abs(expected) * 0x1p-21));
        }
        assertThat(Numerics.silu(0)).isZero();
        assertThat(Numerics.silu(-1e30f)).isFinite();
        assertThat(Numerics.silu(1e30f)).isEqualTo(1e30f);
    }

    @Test
    void geluShouldBeCloseToItsDefinition() {
        for (float x = -30; x < 30; x += 0x1p-8f) {
            double u = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
            double expected = x / (1 + StrictMath.exp(-2 * u));
            double tolerance = Math.abs(expected) * Math.max(1, 2 * Math.abs(u)) * 0x1p-20 + 1e-30;
            assertThat((double) Numerics.gelu(x)).as("gelu(%s)", x).isCloseTo(expected, within(tolerance));
        }
        assertThat(Numerics.gelu(0)).isZero();
        assertThat(Numerics.gelu(-1e30f)).isFinite();
        assertThat(Numerics.gelu(1e30f)).isEqualTo(1e30f);
    }

    @Test
    void tanhShouldHaveAnAbsoluteErrorBelowTwoToTheMinus22() {
        for (float x = -20; x < 20; x += 0x1p-9f) {
            assertThat((double) Numerics.tanh(x)).isCloseTo(StrictMath.tanh(x), within(0x1p-22));
        }
        assertThat(Numerics.tanh(1e30f)).isEqualTo(1f);
        assertThat(Numerics.tanh(-1e30f)).isEqualTo(-1f);
    }

    @Test
    void sigmoidShouldBeCloseToItsDefinition() {
        for (float x = -30; x < 30; x += 0x1p-8f) {
            double expected = 1 / (1 + StrictMath.exp(-x));
            assertThat((double) Numerics.sigmoid(x)).isCloseTo(expected, within(expected * 0x1p-21));
        }
    }

    @Test
    void theClampedUnitShouldBeCloseToItsDefinition() {
        for (float x = -30; x < 30; x += 0x1p-8f) {
            double g = Math.min(x, 7);
            double expected = g / (1 + StrictMath.exp(-1.702 * g));
            assertThat((double) Numerics.oaiGate(x)).isCloseTo(expected, within(Math.abs(expected) * 0x1p-17 + 1e-30));
            assertThat(Numerics.oaiUp(x)).isEqualTo(Math.clamp(x, -7f, 7f) + 1);
        }
    }

    private static float next(float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) + STRIDE);
    }

    private static double relativeError(float x) {
        double expected = StrictMath.exp(x);
        return Math.abs(Numerics.exp(x) - expected) / expected;
    }
}
