package dev.lockstep.systemtests;

import static dev.lockstep.systemtests.LockstepCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HelpTest {
    @Test
    void shouldShowHelpAndVersionWithoutAWordOnStandardError() {
        for (var option : new String[] {"--help", "--version"}) {
            var result = run(option);
            assertThat(result.status()).isZero();
            assertThat(result.out()).contains("lockstep");
            assertThat(result.err()).isEmpty();
        }
    }

    @Test
    void shouldSayWhatToDoNextOnOneScreenWithoutAVerb() {
        var result = run();
        assertThat(result.status()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("lockstep chat", "lockstep --help");
        assertThat(result.out().lines())
                .hasSizeLessThanOrEqualTo(24)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }
}
