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
    void shouldShowHelpAsAnErrorWithoutAVerb() {
        var result = run();
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("Verbs:");
    }
}
