package dev.lockstep.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FurtherStagesTest {
    private static final int VOCABULARY = 500;

    @Test
    void shouldKeepWhatLiesWithinDeviations() {
        for (int seed = 1; seed <= 20; seed++) {
            float[] logits = noise(seed, 3);
            double mean = 0;
            double max = Double.NEGATIVE_INFINITY;
            for (float logit : logits) {
                mean += logit / (double) VOCABULARY;
                max = Math.max(max, logit);
            }
            double squares = 0;
            for (float logit : logits) {
                squares += (logit - mean) * (logit - mean) / VOCABULARY;
            }
            double least = max - 1.5 * Math.sqrt(squares);
            Set<Integer> chosen = chosen("top-n-sigma(1.5) | temperature(50.0) | draw(" + seed + ")", logits, 4000);
            for (int token : chosen) {
                assertThat(logits[token]).isGreaterThanOrEqualTo((float) least - 1e-4f);
            }
            int kept = 0;
            for (float logit : logits) {
                kept += logit > least + 1e-4 ? 1 : 0;
            }
            assertThat(chosen.size()).isGreaterThan(kept * 9 / 10);
        }
    }

    @Test
    void shouldExcludeTheTopChoices() {
        float[] logits = new float[] {0, 5, 4.5f, 4, -10, -20};
        // Probabilities 0.004, 0.50, 0.31, 0.19: of the three above 0.1 the least likely one is left.
        assertThat(chosen("xtc(1.0,0.1) | greedy", logits, 1)).containsExactly(3);
        assertThat(chosen("xtc(0.0,0.1) | greedy", logits, 1)).containsExactly(1);
        assertThat(chosen("xtc(1.0,0.4) | greedy", logits, 1)).containsExactly(1);
        int excluded = 0;
        Sampler sampler = sampler("xtc(0.3,0.1) | top-k(1) | draw(7)", logits.length);
        for (int i = 0; i < 10_000; i++) {
            excluded += sampler.sample(logits, 0) == 3 ? 1 : 0;
        }
        assertThat(excluded / 1e4).isCloseTo(0.3, within(0.02));
    }

    @Test
    void shouldPenalizeWhatWouldContinueARepetition() {
        float[] logits = new float[20];
        logits[4] = 1;
        Sampler sampler = sampler("dry(0.8,2.0,2,100,9) | greedy", 20);
        accept(sampler, 1, 2, 3, 4, 7, 1, 2, 3);
        // 1 2 3 would be followed by 4 again: length 3, penalty 0.8 * 2 ^ (3 - 2) = 1.6.
        assertThat(sampler.sample(logits, 0)).isZero();
        logits[4] = 1.7f;
        assertThat(sampler.sample(logits, 0)).isEqualTo(4);
        accept(sampler, 9, 3);
        logits[4] = 0.1f;
        assertThat(sampler.sample(logits, 0)).isEqualTo(4); // the breaker 9 ends the repetition
    }

    @Test
    void shouldKeepSurpriseNearItsTarget() {
        float[] logits = new float[VOCABULARY];
        for (int i = 0; i < VOCABULARY; i++) {
            logits[i] = (float) (-1.1 * Math.log(i + 1.0));
        }
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit);
        }
        for (int version = 1; version <= 2; version++) {
            Sampler sampler = sampler("mirostat(" + version + ",3.0,0.1,5)", VOCABULARY);
            double surprise = 0;
            int count = 5000;
            for (int i = 0; i < count; i++) {
                int token = sampler.sample(logits, 0);
                surprise += i < 500 ? 0 : -Math.log(Math.exp(logits[token]) / total) / Math.log(2);
            }
            assertThat(surprise / (count - 500)).as("version %d", version).isBetween(2.4, 3.9);
        }
    }

    @Test
    void shouldTakeTheTemperatureFromTheEntropy() {
        float[] even = new float[VOCABULARY];
        float[] certain = new float[VOCABULARY];
        certain[3] = 30;
        certain[4] = 28;
        assertThat(share("dynamic-temperature(0.1,5.0,1.0)", certain, 3)).isGreaterThan(0.99);
        assertThat(share("dynamic-temperature(5.0,5.0,1.0)", certain, 3)).isLessThan(0.7);
        assertThat(chosen("dynamic-temperature(0.1,5.0,1.0) | draw(1)", even, 3000))
                .hasSizeGreaterThan(450);
    }

    @Test
    void shouldPutTheStagesInTheirPlaces() {
        var parameters = SamplingParameters.DEFAULT
                .with(new SamplerStage.Xtc(0.5f, 0.1f))
                .with(new SamplerStage.TopNSigma(2))
                .with(new SamplerStage.TopNSigma(1))
                .with(new SamplerStage.Dry(0.8f, 1.75f, 2, 64, Set.of(7, 5)))
                .withSeed(9);
        String chain =
                "dry(0.8,1.75,2,64,5,7) | top-n-sigma(1.0) | top-k(40) | top-p(0.95) | min-p(0.05) | xtc(0.5,0.1) |"
                        + " temperature(0.8) | draw(9)";
        assertThat(parameters.chain()).hasToString(chain);
        assertThat(SamplerChain.parse(chain)).isEqualTo(parameters.chain());
        assertThat(parameters
                        .with(new SamplerStage.Mirostat(2, 5, 0.1f, 0))
                        .with(new SamplerStage.DynamicTemperature(0.5f, 1.5f, 1))
                        .chain())
                .hasToString("dry(0.8,1.75,2,64,5,7) | dynamic-temperature(0.5,1.5,1.0) | mirostat(2,5.0,0.1,9)");
        assertThat(SamplerChain.parse("mirostat(1,3.0,0.2,4)")).hasToString("mirostat(1,3.0,0.2,4)");
        assertThatThrownBy(() -> SamplingParameters.DEFAULT.with(new SamplerStage.TopK(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has a parameter of its own");
        for (String wrong : List.of(
                "xtc(2,0.1) | greedy", "mirostat(3,1,0.1,0)", "dry(1,0.5,2,9) | greedy", "top-n-sigma(0) | greedy")) {
            assertThatThrownBy(() -> SamplerChain.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static double share(String stage, float[] logits, int token) {
        Sampler sampler = sampler(stage + " | draw(3)", logits.length);
        int hits = 0;
        for (int i = 0; i < 3000; i++) {
            hits += sampler.sample(logits, 0) == token ? 1 : 0;
        }
        return hits / 3000.0;
    }

    private static Set<Integer> chosen(String chain, float[] logits, int times) {
        Sampler sampler = sampler(chain, logits.length);
        Set<Integer> chosen = new TreeSet<>();
        for (int i = 0; i < times; i++) {
            chosen.add(sampler.sample(logits, 0));
        }
        return chosen;
    }

    private static void accept(Sampler sampler, int... tokens) {
        for (int token : tokens) {
            sampler.accept(token);
        }
    }

    private static Sampler sampler(String chain, int vocabulary) {
        return new Sampler(SamplerChain.parse(chain), vocabulary, 1000);
    }

    private static float[] noise(long seed, double deviation) {
        var random = new Random(seed);
        float[] logits = new float[VOCABULARY];
        for (int i = 0; i < VOCABULARY; i++) {
            logits[i] = (float) (random.nextGaussian() * deviation);
        }
        return logits;
    }
}
