package dev.lockstep.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class QuantizerTest {
    static Stream<TensorType> made() {
        return Arrays.stream(TensorType.values()).filter(Quantizer::makes);
    }

    static Stream<TensorType> madeInBlocks() {
        return made().filter(TensorType::quantized);
    }

    @ParameterizedTest
    @MethodSource("madeInBlocks")
    void shouldFindWhatAnotherQuantizerRoundedTo(TensorType type) {
        float[] values = GoldenBlocks.floats(type);

        assertThat(relativeError(type, values)).isLessThan(0.2 * usualError(type));
    }

    @ParameterizedTest
    @MethodSource("madeInBlocks")
    void shouldRoundNormalNumbersAsWellAsTheBitsAllow(TensorType type) {
        assertThat(relativeError(type, normal(1, 64 * type.blockElements())))
                .isBetween(0.5 * usualError(type), usualError(type));
    }

    /** Root mean square, of normally distributed numbers, a few percent above what was measured. */
    private static double usualError(TensorType type) {
        return switch (type) {
            case Q2_K -> 0.29;
            case Q3_K -> 0.145;
            case Q4_0 -> 0.087;
            case Q4_1 -> 0.078;
            case Q4_K -> 0.077;
            case Q5_0 -> 0.043;
            case Q5_1 -> 0.038;
            case Q5_K -> 0.039;
            case Q6_K -> 0.019;
            case Q8_0 -> 0.0055;
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    @ParameterizedTest
    @MethodSource("made")
    void shouldKeepZerosAndNumbersOfAnySize(TensorType type) {
        int elements = Math.max(type.blockElements(), 256);
        assertThat(largest(roundTrip(type, new float[elements]))).isZero();
        for (float size : new float[] {1e-38f, 1e-20f, 1e-4f, 1, 1e4f, 6e4f}) {
            float[] x = normal(7, elements);
            for (int i = 0; i < elements; i++) {
                x[i] = Math.clamp(x[i], -1, 1) * size;
            }
            float[] y = roundTrip(type, x);
            for (int i = 0; i < elements; i++) {
                assertThat(y[i]).as("%s of size %s", type, size).isFinite();
                assertThat(Math.abs(y[i] - x[i])).isLessThanOrEqualTo(0.6f * size + 1e-4f);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("madeInBlocks")
    void shouldKeepOneLargeNumberAmongZeros(TensorType type) {
        for (float large : new float[] {1, -1}) {
            float[] x = new float[type.blockElements()];
            x[5] = large;
            float[] y = roundTrip(type, x);
            assertThat(y[5]).isBetween(Math.min(0.98f * large, 1.02f * large), Math.max(0.98f * large, 1.02f * large));
            y[5] = 0;
            assertThat(largest(y)).isLessThan(1e-3f);
        }
    }

    @Test
    void shouldRoundPlainNumbersToTheNearest() {
        assertThat(roundTrip(TensorType.BF16, new float[] {0x1.01p0f, 0x1.03p0f, 0x1.0101p0f, -3}))
                .containsExactly(1, 0x1.04p0f, 0x1.02p0f, -3);
        assertThat(roundTrip(TensorType.F16, new float[] {0x1.002p0f, 0x1.006p0f}))
                .containsExactly(1, 0x1.008p0f);
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"IQ4_NL", "MXFP4", "Q8_K", "I8"})
    void shouldSayWhatItDoesNotMake(TensorType type) {
        assertThat(Quantizer.makes(type)).isFalse();
        assertThatThrownBy(() -> new Quantizer(type)).hasMessage("nothing is rounded to " + type);
    }

    @Test
    void shouldRefuseParts() {
        var target = MemorySegment.ofArray(new byte[100]);
        assertThatThrownBy(() -> new Quantizer(TensorType.Q4_0).quantize(new float[33], 0, 33, target, 0))
                .hasMessageContaining("do not fill whole");
        assertThatThrownBy(() -> new Quantizer(TensorType.Q4_0).quantize(new float[32], 0, 32, target, 90))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static float largest(float[] x) {
        float largest = 0;
        for (float value : x) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static float[] normal(long seed, int count) {
        Random random = new Random(seed);
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static float[] roundTrip(TensorType type, float[] x) {
        MemorySegment blocks = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes(x.length))])
                .fill((byte) 0x5a);
        new Quantizer(type).quantize(x, 0, x.length, blocks, 0);
        float[] y = new float[x.length];
        Dequantizer.dequantize(type, blocks, 0, y, 0, x.length);
        return y;
    }

    private static double relativeError(TensorType type, float[] x) {
        float[] y = roundTrip(type, x);
        double squares = 0;
        double errors = 0;
        for (int i = 0; i < x.length; i++) {
            squares += (double) x[i] * x[i];
            errors += ((double) x[i] - y[i]) * (x[i] - y[i]);
        }
        return Math.sqrt(errors / squares);
    }
}
