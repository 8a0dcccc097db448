package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LogitsErrorTest {
    private static LogitsError of(List<Double> divergences) {
        return new LogitsError(divergences, 1, 1, divergences.size());
    }

    private static AccuracyResult result(LogitsError theirs, LogitsError ours) {
        return new AccuracyResult("file", "Q4_0", theirs, ours, ours, ours, ours);
    }

    @Test
    void shouldMeasureAShiftOfOneLogit() {
        float[] exact = {0, 1, 2, 3};
        float[] other = {0, 1, 2, 2};
        LogitsError error = LogitsError.between(exact, other, 4);
        double p = Math.exp(3) / (1 + Math.exp(1) + Math.exp(2) + Math.exp(3));
        double q = Math.exp(2) / (1 + Math.exp(1) + 2 * Math.exp(2));
        double others = (1 - p) * Math.log((1 - p) / (1 - q));
        assertThat(error.meanDivergence()).isCloseTo(p * Math.log(p / q) + others, within(1e-12));
        assertThat(error.rms()).isCloseTo(Math.sqrt(1 / 4. / 1.25), within(1e-12));
        assertThat(error.largest()).isCloseTo(1 / Math.sqrt(1.25), within(1e-12));
        assertThat(LogitsError.between(exact, exact, 4).meanDivergence()).isZero();
    }

    /** Positions differ a thousandfold, the engines by a tenth everywhere: a comparison of means alone would not see it. */
    @Test
    void shouldCompareByPosition() {
        Random random = new Random(1);
        List<Double> theirs = Stream.generate(() -> Math.exp(3 * random.nextGaussian()))
                .limit(24)
                .toList();
        List<Double> ours = theirs.stream().map(kl -> 0.9 * kl).toList();
        assertThat(of(ours).standardErrorsBelow(of(theirs))).isPositive();
        assertThat(of(theirs).standardErrorsBelow(of(ours))).isNegative();
    }

    @Test
    void shouldCallBetterAndWorseOnlyWhatChanceDoesNotExplain() {
        List<Double> ones = Collections.nCopies(4, 1.0);
        assertThat(result(of(ones), of(List.of(0.5, 0.6, 0.5, 0.6))).verdict()).isEqualTo("better");
        assertThat(result(of(List.of(0.5, 0.6, 0.5, 0.6)), of(ones)).verdict()).isEqualTo("worse");
        assertThat(result(of(ones), of(List.of(0.1, 1.9, 0.2, 1.7))).verdict()).isEqualTo("equal");
        assertThat(result(of(ones), of(ones)).verdict()).isEqualTo("equal");
    }

    @Test
    void shouldAddUpPositions() {
        LogitsError sum = of(List.of(1.0, 2.0)).plus(of(List.of(6.0)));
        assertThat(sum.positions()).isEqualTo(3);
        assertThat(sum.meanDivergence()).isEqualTo(3);
    }
}
