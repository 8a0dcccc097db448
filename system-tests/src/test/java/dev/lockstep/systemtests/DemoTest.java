package dev.lockstep.systemtests;

import static dev.lockstep.systemtests.LockstepCommand.run;
import static dev.lockstep.systemtests.LockstepCommand.runWithInput;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The first things that somebody tries. */
class DemoTest {
    @Test
    void shouldTalkWithoutAModelOfTheUser() {
        var result = runWithInput("Tell me a story about a fox.\n", "chat", "--temp", "0");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).hasSizeGreaterThan(100).endsWith("\n");
        assertThat(result.err()).contains("no model is named", "-m FILE");
    }

    @Test
    void shouldContinueTheOldestSentence() {
        var result = run("run", "-m", "demo", "-p", "Once upon a time", "-n", "60", "--temp", "0", "--json")
                .json();
        assertThat(result.path("text").asString()).startsWith(", ").contains(" named ");
        assertThat(result.path("model").asString()).contains("demo");
    }

    @Test
    void shouldAskForAModelWhereOneMustBeNamed() {
        run("run", "-p", "Once upon a time").shouldBeRefusedWith("no model is named", "-m demo");
    }
}
