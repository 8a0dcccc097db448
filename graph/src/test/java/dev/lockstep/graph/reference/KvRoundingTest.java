package dev.lockstep.graph.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.KvType;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KvRoundingTest {
    private static float[] rounded(KvType type, float... x) {
        float[] y = x.clone();
        KvRounding.round(type, y, 0, y.length);
        return y;
    }

    @Test
    void f16ShouldRoundEachElementAndF32None() {
        float[] x = {1 / 3f, -70000f, 1e-9f};
        assertThat(rounded(KvType.F16, x)).containsExactly(0.33325195f, Float.NEGATIVE_INFINITY, 0f);
        assertThat(rounded(KvType.F32, x)).containsExactly(x);
    }

    /** 127 is a scale of exactly 1; ties go to even. */
    @Test
    void q8ShouldRoundToMultiplesOfTheScale() {
        assertThat(rounded(KvType.Q8, 127f, -126.6f, 0.4f, 2.5f, -3.5f)).containsExactly(127f, -127f, 0f, 2f, -4f);
    }

    /** 127 * 1.001 / 127 is no bfloat16; the next one above is 1 + 2^-7. */
    @Test
    void q8ShouldTakeTheNextScaleAbove() {
        float scale = 1 + 0x1p-7f;
        assertThat(rounded(KvType.Q8, 127 * 1.001f, 1f)).containsExactly(126 * scale, scale);
    }

    @Test
    void q8ShouldHaveAScaleForEach32Elements() {
        float[] x = new float[40];
        Arrays.fill(x, 0, 32, 127f);
        Arrays.fill(x, 32, 40, 0.127f);
        x[1] = 1.3f;
        float[] y = rounded(KvType.Q8, x);
        assertThat(y[1]).isEqualTo(1f);
        assertThat(y[39]).isCloseTo(0.127f, org.assertj.core.data.Percentage.withPercentage(0.8));
    }

    @ParameterizedTest
    @ValueSource(ints = {-120, -100, -40, 0, 40, 100, 120})
    void q8ShouldErrByAtMostHalfAScale(int exponent) {
        Random random = new Random(exponent);
        for (int round = 0; round < 1000; round++) {
            float[] x = new float[32];
            float largest = 0;
            for (int i = 0; i < x.length; i++) {
                x[i] = Math.scalb((float) random.nextGaussian(), exponent);
                largest = Math.max(largest, Math.abs(x[i]));
            }
            float[] y = rounded(KvType.Q8, x);
            double most = largest < 0x1p-100f ? largest : largest / 127. * (1 + 0x1p-7) / 2 * (1 + 1e-5);
            for (int i = 0; i < x.length; i++) {
                assertThat(Math.abs((double) x[i] - y[i])).isLessThanOrEqualTo(most);
            }
        }
    }

    @Test
    void memoryShouldBeThatOfTheElementsAndTheirScales() {
        assertThat(KvType.F32.bytes(80)).isEqualTo(320);
        assertThat(KvType.F16.bytes(80)).isEqualTo(160);
        assertThat(KvType.Q8.bytes(80)).isEqualTo(80 + 3 * 2);
    }
}
