package dev.lockstep.cli;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.bound.LowerBound;
import dev.lockstep.compiler.partition.Candidate;
import dev.lockstep.compiler.report.Outcome;
import java.util.Locale;
import java.util.Optional;

/** A plan as people read it. */
final class PlanReport {
    private static final int SHOWN = 10;

    private final Console console;
    private final Plan plan;
    private final Optional<Outcome> outcome;
    private final String reason;

    /** @param reason why there is no outcome, if there is none */
    PlanReport(Console console, Plan plan, Optional<Outcome> outcome, String reason) {
        this.console = console;
        this.plan = plan;
        this.outcome = outcome;
        this.reason = reason;
    }

    void print() {
        var question = plan.question();
        var best = plan.chosen();
        var model = question.model();
        line(
                "model",
                "%s: %.2f B weights, %d layers",
                model.name(),
                model.weights() / 1e9,
                model.layers().size());
        line(
                "partition",
                "%d chips a stage, %d stages: %d of %d chips, %s",
                best.partition().tensor(),
                best.partition().stages(),
                best.partition().chips(),
                question.chips(),
                best.partition().split().words());
        line(
                "memory",
                "%.1f MB of %.1f in the streaming slices of the fullest chip: weights %.1f, output matrix %.1f, cache %.1f",
                best.memory().total() / 1e6,
                best.memory().capacity() / 1e6,
                best.memory().weights() / 1e6,
                best.memory().head() / 1e6,
                best.memory().cache() / 1e6);
        bound(plan.bound());
        outcome.ifPresentOrElse(this::scheduled, () -> {
            line(
                    "estimate",
                    "%.1f µs a token by formula, %.0f tokens/s",
                    plan.micros(plan.estimatedCycles()),
                    plan.perSecond(plan.estimatedCycles()));
            line("schedule", "none: %s", reason);
        });
        console.printLine("");
        console.printLine("considered   chips   tokens/s   why");
        plan.search().bestOfEachDegree().stream().limit(SHOWN).forEach(this::candidate);
    }

    private void scheduled(Outcome outcome) {
        line(
                "schedule",
                "%.1f µs a token, %.0f tokens/s and user: %.1f %% of the bound",
                plan.micros(outcome.cyclesPerToken()),
                outcome.tokensPerSecond(),
                100 * outcome.shareOfBound());
        line(
                "proof",
                "%d cycles predicted, %d simulated on all chips; %s",
                outcome.schedule().predictedCycles(),
                outcome.simulatedCycles(),
                outcome.conflicts() < 0 ? "not checked for conflicts" : outcome.conflicts() + " conflicts");
        var energy = outcome.energy();
        line(
                "energy",
                "%.2f J a token for %d user(s) on %d chips: %.2f J done, %.2f J standing by; %.0f %% of it rests on assumed rows",
                energy.total(),
                outcome.usersAtOnce(),
                plan.partition().chips(),
                energy.dynamic(),
                energy.standing(),
                100 * energy.assumedShare());
        line(
                "took",
                "%.1f s to schedule, %.1f s to simulate, %.1f s to check",
                outcome.compileSeconds(),
                outcome.simulateSeconds(),
                outcome.checkSeconds());
    }

    private void bound(LowerBound bound) {
        line(
                "bound",
                "%.1f µs a token, %.0f tokens/s; most of it %s",
                plan.micros(bound.cycles()),
                plan.perSecond(bound.cycles()),
                bound.binding().title());
        bound.terms().forEach((term, cycles) -> line("", "%6.1f µs  %s", plan.micros(cycles), term.title()));
    }

    private void candidate(Candidate candidate) {
        var partition = candidate.partition();
        console.printLine(String.format(
                Locale.ROOT,
                "%-12s %5d   %8.0f   %s%s",
                partition,
                partition.chips(),
                candidate.tokensPerSecond(),
                candidate.reason(),
                partition.tensor() > 8 ? " (" + partition.split().words() + ")" : ""));
    }

    private void line(String name, String format, Object... values) {
        console.printLine("%-12s ".formatted(name) + String.format(Locale.ROOT, format, values));
    }
}
