package dev.lockstep.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    private static final float OFF = Float.NEGATIVE_INFINITY;

    @Test
    void shouldTakeTheLowestTokenAmongEqualsWhenGreedy() {
        assertThat(greedy(1, 5, 3, 5)).isEqualTo(1);
        assertThat(greedy(0f, -0f)).isZero();
        assertThat(greedy(-0f, 0f)).isZero();
        assertThat(greedy(OFF, OFF, -7)).isEqualTo(2);
    }

    @Test
    void shouldTakeTheSameTokenInOnePassAsThroughStages() {
        var random = new Random(17);
        var direct = new Sampler(SamplerChain.GREEDY, 90, 8);
        var staged = new Sampler(SamplerChain.parse("top-k(90) | greedy"), 90, 8);
        for (int i = 0; i < 200; i++) {
            float[] logits = SlowSampler.randomLogits(random, 90);
            assertThat(direct.sample(logits, 0)).isEqualTo(staged.sample(logits, 0));
        }
    }

    @Test
    void shouldReadFromTheOffset() {
        float[] logits = {9, 9, 1, 2, 3, 9};
        assertThat(new Sampler(SamplerChain.GREEDY, 3, 8).sample(logits, 2)).isEqualTo(2);
        assertThat(logits).containsExactly(9, 9, 1, 2, 3, 9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"greedy", "draw(1)", "top-k(1) | greedy", "top-p(0.5) | draw(3)"})
    void shouldRefuseLogitsThatAreNoNumbers(String chain) {
        var sampler = new Sampler(SamplerChain.parse(chain), 3, 8);
        assertThatThrownBy(() -> sampler.sample(new float[] {1, Float.NaN, 2}, 0))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("the logit of token 1 is NaN");
        assertThatThrownBy(() -> sampler.sample(new float[] {1, 2, Float.POSITIVE_INFINITY}, 0))
                .hasMessage("the logit of token 2 is Infinity");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"greedy", "draw(1)", "top-k(1) | greedy", "typical(0.5) | draw(1)", "temperature(0.1) | greedy"})
    void shouldRefuseWhenEveryTokenIsForbidden(String chain) {
        var sampler = new Sampler(SamplerChain.parse(chain), 2, 8);
        assertThatThrownBy(() -> sampler.sample(new float[] {OFF, OFF}, 0))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("every token is forbidden");
    }

    @Test
    void shouldDrawTheSameTokensFromTheSameSeedAndOthersFromAnother() {
        float[] logits = SlowSampler.randomLogits(new Random(5), 200);
        assertThat(draws("top-k(50) | draw(11)", logits, 50)).isEqualTo(draws("top-k(50) | draw(11)", logits, 50));
        assertThat(draws("top-k(50) | draw(11)", logits, 50)).isNotEqualTo(draws("top-k(50) | draw(12)", logits, 50));
    }

    @Test
    void shouldDrawByProbability() {
        float[] probabilities = {0.4f, 0.3f, 0.15f, 0.1f, 0.05f};
        float[] logits = new float[5];
        for (int i = 0; i < 5; i++) {
            logits[i] = (float) Math.log(probabilities[i]) + 3;
        }
        int draws = 100_000;
        int[] counts = new int[5];
        for (int token : draws("draw(99)", logits, draws)) {
            counts[token]++;
        }
        double chiSquare = 0;
        for (int i = 0; i < 5; i++) {
            double expected = draws * probabilities[i];
            chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        // 18.47 is the 0.1 % quantile of four degrees of freedom; the seed is fixed.
        assertThat(chiSquare).isLessThan(18.47);
    }

    @Test
    void shouldSharpenAndFlattenWithTemperature() {
        float[] logits = {0, 1};
        assertThat(ones(draws("temperature(0.05) | draw(1)", logits, 1000))).isGreaterThan(999);
        assertThat(ones(draws("draw(1)", logits, 1000))).isBetween(690, 770);
        assertThat(ones(draws("temperature(50) | draw(1)", logits, 1000))).isBetween(450, 560);
        assertThat(ones(draws("temperature(1e-30) | draw(1)", logits, 100))).isEqualTo(100);
    }

    @Test
    void shouldNeverDrawForbiddenTokens() {
        float[] logits = {OFF, 1, OFF, 1, -200, OFF};
        assertThat(draws("draw(4)", logits, 500)).containsOnly(1, 3);
    }

    @Test
    void shouldAddBias() {
        assertThat(choose("bias(0:5.0,2:-Infinity) | greedy", 0, 3, 9)).isZero();
        assertThatThrownBy(() -> new Sampler(SamplerChain.parse("bias(3:1.0) | greedy"), 3, 8))
                .hasMessage("logit bias names token 3, the vocabulary has tokens 0 to 2");
    }

    @Test
    void shouldPenalizeRepetitionTowardsLessLikelyOnBothSidesOfZero() {
        assertThat(chooseAfter("penalties(8,2,0,0) | greedy", new int[] {0}, 3, 2))
                .isEqualTo(1);
        assertThat(chooseAfter("penalties(8,2,0,0) | greedy", new int[] {0}, 3, 1))
                .isEqualTo(0);
        assertThat(chooseAfter("penalties(8,2,0,0) | greedy", new int[] {0}, -2, -3))
                .isEqualTo(1);
        assertThat(chooseAfter("penalties(8,2,0,0) | greedy", new int[] {0}, -2, -5))
                .isEqualTo(0);
    }

    @Test
    void shouldCountOccurrencesForFrequencyButNotForPresence() {
        int[] history = {0, 0, 0, 1};
        assertThat(chooseAfter("penalties(8,1,0,0.5) | greedy", history, 2, 1.25f))
                .isEqualTo(1);
        assertThat(chooseAfter("penalties(8,1,0.5,0) | greedy", history, 2, 1.25f))
                .isEqualTo(0);
    }

    @Test
    void shouldForgetWhatLeftTheWindow() {
        assertThat(chooseAfter("penalties(2,1,9,0) | greedy", new int[] {0, 1, 1}, 5, 4))
                .isEqualTo(0);
        assertThat(chooseAfter("penalties(3,1,9,0) | greedy", new int[] {0, 1, 1}, 5, 4))
                .isEqualTo(0);
        assertThat(chooseAfter("penalties(2,1,9,0) | greedy", new int[] {1, 0, 2, 0}, 5, 4))
                .isEqualTo(1);
        assertThat(chooseAfter("penalties(2147483647,1,9,0) | greedy", new int[] {0, 2, 2, 2, 2}, 5, 4))
                .isEqualTo(1);
    }

    @Test
    void shouldNotAllocateWhileSampling() {
        var chain =
                SamplerChain.parse("bias(7:1.0) | penalties(64,1.1,0.1,0.1) | top-k(400) | typical(0.9) | top-p(0.95)"
                        + " | min-p(0.01) | temperature(0.8) | draw(5)");
        float[] logits = SlowSampler.randomLogits(new Random(3), 32_000);
        var sampler = new Sampler(chain, logits.length, 4096);
        var greedy = new Sampler(SamplerChain.GREEDY, logits.length, 4096);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long fewest = Long.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 50; i++) {
                sampler.accept(sampler.sample(logits, 0));
                greedy.accept(greedy.sample(logits, 0));
            }
            fewest = Math.min(fewest, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(fewest).isZero();
    }

    private static int greedy(float... logits) {
        return choose("greedy", logits);
    }

    private static int choose(String chain, float... logits) {
        return chooseAfter(chain, new int[0], logits);
    }

    private static int chooseAfter(String chain, int[] history, float... logits) {
        float[] padded = new float[logits.length + 1];
        System.arraycopy(logits, 0, padded, 0, logits.length);
        padded[logits.length] = -1000;
        var sampler = new Sampler(SamplerChain.parse(chain), padded.length, 100);
        for (int token : history) {
            sampler.accept(token);
        }
        return sampler.sample(padded, 0);
    }

    private static int[] draws(String chain, float[] logits, int count) {
        var sampler = new Sampler(SamplerChain.parse(chain), logits.length, 100);
        return IntStream.range(0, count).map(_ -> sampler.sample(logits, 0)).toArray();
    }

    private static int ones(int[] tokens) {
        return (int) IntStream.of(tokens).filter(token -> token == 1).count();
    }

    @Test
    void shouldSampleLikeTheParametersSay() {
        var parameters =
                SamplingParameters.DEFAULT.withLogitBias(Map.of(1, 100f)).withTemperature(0);
        var sampler = new Sampler(parameters.chain(), 3, 8);
        assertThat(sampler.sample(new float[] {5, 1, 7}, 0)).isEqualTo(1);
    }
}
