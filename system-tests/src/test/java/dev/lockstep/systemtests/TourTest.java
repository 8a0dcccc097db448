package dev.lockstep.systemtests;

import static dev.lockstep.systemtests.LockstepCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TourTest {
    @Test
    void shouldGoFromThisComputerToManyChips() {
        var result = run("tour");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("1/3", "2/3", "3/3")
                .contains("$ lockstep run -m demo", "$ lockstep simulate -m demo --target lpu:8", "lpu:576")
                .contains("Once upon a time", "tokens a second on the host machine", "cycles a token")
                .doesNotContain("\u001b");
    }
}
