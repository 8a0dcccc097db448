package dev.lockstep.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogProbabilitiesTest {
    @Test
    void shouldBeThoseOfTheSoftmax() {
        var random = new Random(1);
        float[] logits = new float[1003];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) random.nextGaussian() * 4;
        }
        logits[10] = Float.NEGATIVE_INFINITY;
        logits[20] = logits[30];
        var probabilities = new LogProbabilities(1000, 7);
        probabilities.load(logits, 3);
        double total =
                IntStream.range(3, 1003).mapToDouble(i -> Math.exp(logits[i])).sum();
        for (int token = 0; token < 1000; token++) {
            assertThat(probabilities.of(token)).isCloseTo((float) (logits[token + 3] - Math.log(total)), within(1e-4f));
        }
        List<Integer> best = IntStream.range(0, 1000)
                .boxed()
                .sorted(Comparator.comparing((Integer token) -> -logits[token + 3]))
                .limit(7)
                .toList();
        assertThat(IntStream.range(0, probabilities.count()).mapToObj(probabilities::best))
                .containsExactlyElementsOf(best);
    }
}
