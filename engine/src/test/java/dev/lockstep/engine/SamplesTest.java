package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void shouldFindQuantilesBetweenTheNearestValues() {
        Samples samples = new Samples(10);
        assertThat(samples.quantile(0.5)).isNaN();
        for (double value : new double[] {4, 1, 3, 2}) {
            samples.add(value);
        }
        assertThat(samples.quantile(0)).isEqualTo(1);
        assertThat(samples.quantile(0.5)).isEqualTo(2.5);
        assertThat(samples.quantile(1)).isEqualTo(4);
    }
}
