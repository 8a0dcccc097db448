package dev.lockstep.compiler.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.compiler.ContextPoint;
import dev.lockstep.compiler.RowsPoint;
import java.util.Comparator;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    private final Outcome outcome = SmallOutcome.outcome();

    @Test
    void shouldAnswerInOneFileThatNeedsNoOther() {
        String html = HtmlReport.of(outcome);

        assertThat(html)
                .contains(
                        "tinyllama-1.1b on " + outcome.plan().partition().chips() + " language processing units",
                        "Proven.",
                        "0 conflicts",
                        "Assumptions")
                .contains("%,.0f".formatted(outcome.tokensPerSecond()))
                .doesNotContain("http://", "https://", "src=", "@import", "NaN", "Infinity");
        assertThat(html.split("<canvas", -1)).hasSize(3);
        assertThat(html.split("<svg", -1).length).isEqualTo(html.split("</svg>", -1).length);
    }

    @Test
    void shouldCarryEveryFigureThatScriptsRelyOn() {
        assertThat(outcome.fields())
                .containsKeys(
                        "chips",
                        "tensor_parallel",
                        "pipeline_parallel",
                        "hop_ns",
                        "predicted_cycles",
                        "simulated_cycles",
                        "conflicts",
                        "tokens_per_second_per_user",
                        "bound_tokens_per_second",
                        "joules_per_token",
                        "milliseconds_to_first_token",
                        "prompt_tokens_per_second",
                        "users_without_waiting",
                        "steps_of_rows",
                        "contexts",
                        "simulate_classes_seconds",
                        "compile_seconds",
                        "simulate_seconds");
        assertThat(outcome.fields().get("predicted_cycles"))
                .isEqualTo(outcome.fields().get("simulated_cycles"))
                .isEqualTo(outcome.fields().get("simulated_cycles_of_classes"));
    }

    @Test
    void shouldTakeLongerForLongerContexts() {
        assertThat(outcome.sweep()).hasSize(5);
        assertThat(outcome.sweep()).isSortedAccordingTo(Comparator.comparingLong(ContextPoint::cycles));
        assertThat(outcome.sweep().getLast().cycles()).isEqualTo(outcome.cyclesPerToken());
        assertThat(outcome.sweep())
                .allSatisfy(point -> assertThat(point.boundCycles()).isLessThan(point.cycles()));
    }

    @Test
    void shouldCountTokensOfGuessesUntilTheFirstMistake() {
        RowsPoint four = outcome.rows().getLast();

        assertThat(four.rows()).isEqualTo(4);
        assertThat(four.tokens(0)).isEqualTo(1);
        assertThat(four.tokens(1)).isEqualTo(4);
        assertThat(four.tokens(0.5)).isEqualTo(1.875);
    }

    @Test
    void shouldScheduleRowsThatFollowOneAnother() {
        RowsPoint two = outcome.rows().getFirst();

        assertThat(two.simulatedCycles()).isEqualTo(two.predictedCycles());
        assertThat(two.cycles() - outcome.cyclesPerToken())
                .isBetween(0L, 2 * outcome.schedule().interval());
        assertThat(two.boundCycles()).isBetween(outcome.plan().bound().cycles(), two.cycles());
    }

    @Test
    void shouldAddUpEnergy() {
        var energy = outcome.energy();

        assertThat(energy.total()).isCloseTo(energy.dynamic() + energy.standing(), within(1e-12));
        assertThat(energy.provisioned()).isGreaterThan(energy.total());
        assertThat(energy.assumedShare()).isBetween(0.5, 1.0);
        // Standing by: 0.35 of 185 W.
        double seconds = outcome.plan().micros(outcome.cyclesPerToken()) / 1e6;
        assertThat(energy.standing())
                .isCloseTo(0.35 * 185 * outcome.plan().partition().chips() * seconds, within(1e-9));
    }
}
