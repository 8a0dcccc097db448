package dev.lockstep.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SplitMix64Test {
    @Test
    void shouldGiveThePublishedNumbers() {
        // The first values for seed 1234567 as listed by Rosetta Code, "Pseudo-random numbers/Splitmix64".
        var random = new SplitMix64(1234567);
        assertThat(new long[] {random.next(), random.next(), random.next(), random.next(), random.next()})
                .containsExactly(
                        6457827717110365317L,
                        3203168211198807973L,
                        Long.parseUnsignedLong("9817491932198370423"),
                        4593380528125082431L,
                        Long.parseUnsignedLong("16408922859458223821"));
    }

    @Test
    void shouldGiveDoublesBelowOne() {
        var random = new SplitMix64(7);
        double sum = 0;
        for (int i = 0; i < 10_000; i++) {
            double value = random.nextDouble();
            assertThat(value).isGreaterThanOrEqualTo(0).isLessThan(1);
            sum += value;
        }
        assertThat(sum / 10_000).isBetween(0.49, 0.51);
    }
}
