package dev.lockstep.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleFitTest {
    private static final int ELEMENTS = 32;

    /** The oracle tries ten thousand scales of both signs. */
    @ParameterizedTest
    @CsvSource({"-4, 3", "-8, 7", "-16, 15", "-32, 31", "-127, 127"})
    void shouldBeAsGoodAsTheBestOfManyScales(int low, int high) {
        var fit = new ScaleFit(low, high, ELEMENTS);
        for (long seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            float[] x = new float[ELEMENTS + 3];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (random.nextGaussian() * Math.exp(seed % 5 * random.nextGaussian() / 4));
            }
            float largest = 0;
            for (int i = 3; i < x.length; i++) {
                largest = Math.max(largest, Math.abs(x[i]));
            }
            double best = Double.POSITIVE_INFINITY;
            for (int i = -5000; i <= 5000; i++) {
                float inverse = (Math.max(-low, high) + 1.5f) / largest * i / 5000;
                if (Math.abs(inverse) * largest >= Math.max(-low, high) - 1.5) {
                    best = Math.min(best, error(fit, x, 1 / inverse));
                }
            }

            assertThat(error(fit, x, fit.scale(x, 3, ELEMENTS)))
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(best * 1.000001);
        }
    }

    private static double error(ScaleFit fit, float[] x, float scale) {
        double error = 0;
        for (int i = 3; i < x.length; i++) {
            double difference = x[i] - (double) scale * fit.level(x[i] / scale);
            error += difference * difference;
        }
        return error;
    }
}
