package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StepTimesTest {
    private final StepTimes times = new StepTimes();

    @Test
    void shouldNotGuessWhereEveryTokenCostsAStep() {
        for (int tokens = 1; tokens <= 16; tokens++) {
            times.measured(tokens, tokens * 1_000_000L);
        }
        assertThat(times.worthwhile(1, 1, 0.9, 15, 0)).isZero();
    }

    @Test
    void shouldGuessManyWhereTokensAreFree() {
        for (int tokens = 1; tokens <= 16; tokens++) {
            times.measured(tokens, 1_000_000L + tokens);
        }
        assertThat(times.worthwhile(1, 1, 0.9, 15, 0)).isEqualTo(15);
        assertThat(times.worthwhile(1, 1, 0.01, 15, 0)).isZero();
        assertThat(times.worthwhile(1, 1, 0.9, 3, 0)).isEqualTo(3);
    }

    @Test
    void shouldStopWhereWideStepsBecomeExpensive() {
        for (int tokens = 1; tokens <= 16; tokens++) {
            times.measured(tokens, tokens <= 4 ? 1_000_000L : 4_000_000L);
        }
        assertThat(times.worthwhile(1, 1, 0.9, 15, 0)).isEqualTo(3);
    }

    /** A step of one token that was disturbed must not make guesses look cheap for ever. */
    @Test
    void shouldNotBelieveThatMoreTokensTakeLess() {
        times.measured(1, 10_000_000L);
        times.measured(4, 2_000_000L);
        assertThat(times.nanos(1)).isEqualTo(2_000_000);
        assertThat(times.ratio(1, 4)).isEqualTo(1);
    }

    @Test
    void shouldEstimateBetweenWhatItMeasured() {
        times.measured(1, 1000);
        times.measured(9, 2000);
        assertThat(times.ratio(1, 5)).isEqualTo(1.5, within(1e-9));
        assertThat(times.ratio(1, 100)).isInfinite();
    }
}
