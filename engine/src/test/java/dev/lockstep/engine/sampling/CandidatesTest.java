package dev.lockstep.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.sampling.SlowSampler.Candidate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stage against its slow twin; the seed is the parameter. */
class CandidatesTest {
    static List<Long> seeds() {
        return new Random(2026).longs(40).boxed().toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldKeepTheTopOnesInOrder(long seed) {
        var random = new Random(seed);
        float[] logits = SlowSampler.randomLogits(random, 1 + random.nextInt(700));
        int first = 1 + random.nextInt(logits.length + 3);
        int second = 1 + random.nextInt(first);
        Candidates candidates = loaded(logits);
        candidates.keepTop(first);
        assertThat(list(candidates)).isEqualTo(SlowSampler.top(SlowSampler.all(logits), first));
        candidates.keepTop(second);
        assertThat(list(candidates)).isEqualTo(SlowSampler.top(SlowSampler.all(logits), second));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldKeepTheNucleus(long seed) {
        var random = new Random(seed);
        float[] logits = SlowSampler.randomLogits(random, 1 + random.nextInt(700));
        float p = 0.01f + 0.98f * random.nextFloat();
        Candidates candidates = loaded(logits);
        candidates.keepProbability(p);
        assertThat(list(candidates)).isEqualTo(SlowSampler.topP(SlowSampler.all(logits), p));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldKeepWhatIsNotFarBelowTheBest(long seed) {
        var random = new Random(seed);
        float[] logits = SlowSampler.randomLogits(random, 1 + random.nextInt(700));
        float p = 0.001f + 0.99f * random.nextFloat();
        Candidates candidates = loaded(logits);
        candidates.keepRelativeProbability(p);
        assertThat(list(candidates)).isEqualTo(SlowSampler.minP(SlowSampler.all(logits), p));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldKeepTheTypicalOnes(long seed) {
        var random = new Random(seed);
        float[] logits = distinctLogits(random, 1 + random.nextInt(200));
        float p = 0.01f + 0.98f * random.nextFloat();
        Candidates candidates = loaded(logits);
        candidates.keepTypical(p);
        assertThat(list(candidates)).isEqualTo(SlowSampler.typical(SlowSampler.all(logits), p));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldKeepItsOrderThroughStagesOneAfterTheOther(long seed) {
        var random = new Random(seed);
        float[] logits = SlowSampler.randomLogits(random, 300 + random.nextInt(300));
        int k = 1 + random.nextInt(200);
        Candidates candidates = loaded(logits);
        List<Candidate> twin = SlowSampler.all(logits);

        candidates.keepRelativeProbability(1e-6f);
        twin = SlowSampler.minP(twin, 1e-6f);
        candidates.keepTop(k);
        twin = SlowSampler.top(twin, k);
        candidates.keepProbability(0.9f);
        twin = SlowSampler.topP(twin, 0.9f);
        candidates.divide(0.7f);
        twin = SlowSampler.divide(twin, 0.7f);
        candidates.keepRelativeProbability(0.05f);
        twin = SlowSampler.minP(twin, 0.05f);

        assertThat(list(candidates)).isEqualTo(twin);
        for (double uniform = 0; uniform < 1; uniform += 0.0317) {
            assertThat(candidates.draw(uniform)).isEqualTo(SlowSampler.draw(twin, uniform));
        }
        assertThat(candidates.mostLikely())
                .isEqualTo(SlowSampler.top(twin, 1).getFirst().token());
    }

    private static Candidates loaded(float[] logits) {
        var candidates = new Candidates(logits.length);
        candidates.load(logits, 0);
        return candidates;
    }

    private static List<Candidate> list(Candidates candidates) {
        List<Candidate> list = new ArrayList<>();
        for (int i = 0; i < candidates.count(); i++) {
            list.add(new Candidate(candidates.token(i), candidates.logit(i)));
        }
        return list;
    }

    /** Without near ties, whose typicality the twins may round differently. */
    private static float[] distinctLogits(Random random, int size) {
        List<Float> logits = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            logits.add(i * 0.0371f);
        }
        Collections.shuffle(logits, random);
        float[] shuffled = new float[size];
        for (int i = 0; i < size; i++) {
            shuffled[i] = logits.get(i);
        }
        return shuffled;
    }
}
