package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class WelcomeTest {
    private static final String ESCAPE = "\u001b";

    @Test
    void shouldSuggestOnlyVerbsThatThereAre() {
        assertThat(new Welcome(Set.of("chat"), false).text())
                .contains("lockstep chat", "With a model of yours")
                .doesNotContain("lockstep serve", "On a language processing unit");
    }

    @Test
    void shouldFitTheNarrowestUsualTerminalWithAllOfThem() {
        var all = Set.of("chat", "tour", "pull", "run", "serve", "inspect", "bench", "simulate", "compile");
        assertThat(new Welcome(all, false).text().lines())
                .hasSizeLessThanOrEqualTo(23)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void shouldBeColouredOnRequestOnly() {
        assertThat(new Welcome(Set.of("chat"), false).text()).doesNotContain(ESCAPE);
        assertThat(new Welcome(Set.of("chat"), true).text()).contains(ESCAPE);
    }
}
