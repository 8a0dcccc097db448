package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.tensor.TensorType;
import org.junit.jupiter.api.Test;

class ArithmeticPeakTest {
    /** No processor that runs this multiplies less than 16 bytes every fifth cycle, or more than 4096 in each. */
    @Test
    void shouldBeWithinWhatProcessorsDo() {
        try (ArithmeticPeak peak = ArithmeticPeak.open(1, TensorType.Q4_0).orElseThrow()) {
            assertThat(peak.measure()).isBetween(1.0, 20_000.0);
        }
    }

    @Test
    void shouldNotBeKnownForFloats() {
        assertThat(ArithmeticPeak.open(1, TensorType.F16)).isEmpty();
    }
}
