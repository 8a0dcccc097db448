package dev.lockstep.cli;

import dev.lockstep.compiler.Clocks;
import dev.lockstep.compiler.ContextPoint;
import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.RowsPoint;
import dev.lockstep.compiler.bound.LowerBound;
import dev.lockstep.compiler.collective.SumForm;
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
                "%d chips a stage, %d stages: %d of %d chips, %s; sums %s, %d hops and %d vectors on a link each",
                best.partition().tensor(),
                best.partition().stages(),
                best.partition().chips(),
                question.chips(),
                best.partition().split().words(),
                best.partition().form().words(),
                best.partition().sum(question).hops(),
                best.partition().sum(question).vectors());
        line(
                "memory",
                "%.1f MB of %.1f in the streaming slices of the fullest chip: weights %.1f, output matrix %.1f, cache %.1f",
                best.memory().total() / 1e6,
                best.memory().capacity() / 1e6,
                best.memory().weights() / 1e6,
                best.memory().head() / 1e6,
                best.memory().cache() / 1e6);
        line(
                "least",
                "%d chips would hold the bytes of weights and caches; %s",
                plan.leastChipsByBytes(),
                plan.leastChips().isPresent()
                        ? plan.leastChips().getAsInt() + " are the fewest that can be scheduled"
                        : "no partition can be scheduled");
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
        var schedule = outcome.schedule();
        var proof = outcome.proof();
        line(
                "proof",
                "%d cycles predicted, %d simulated on all chips, %d on one of each class; %s",
                schedule.predictedCycles(),
                proof.cycles(),
                proof.classCycles(),
                proof.checked() ? proof.conflicts() + " conflicts" : "not checked for conflicts");
        line(
                "users",
                "%d: %.0f tokens/s each, %.0f together; a token can follow another after %.1f µs, so %d users need not wait",
                plan.question().users(),
                plan.perSecond(outcome.cyclesPerRound()),
                outcome.tokensPerSecondOfAll(),
                plan.micros(schedule.interval()),
                outcome.usersWithoutWaiting());
        line(
                "prompt",
                "%.1f ms to the first token after %d, which enter one by one: %.0f tokens/s",
                plan.micros(outcome.cyclesToFirstToken()) / 1e3,
                outcome.prompt(),
                plan.perSecond(schedule.interval()));
        String name = "guessing";
        for (RowsPoint step : outcome.rows()) {
            line(
                    name,
                    "%d rows a step: %.1f µs (%.0f %% of the bound; %d cycles, simulated %d%s), %.2f tokens if %.0f %% of guesses are right, %.0f tokens/s",
                    step.rows(),
                    plan.micros(step.cycles()),
                    100.0 * step.boundCycles() / step.cycles(),
                    step.predictedCycles(),
                    step.simulatedCycles(),
                    step.conflicts() < 0 ? "" : ", " + step.conflicts() + " conflicts",
                    step.tokens(outcome.acceptance()),
                    100 * outcome.acceptance(),
                    outcome.tokensPerSecond(step));
            name = "";
        }
        name = "context";
        for (ContextPoint point : outcome.sweep()) {
            line(
                    name,
                    "%5d positions: %.1f µs a token, %.0f tokens/s, %.1f %% of the bound",
                    point.context(),
                    plan.micros(point.cycles()),
                    plan.perSecond(point.cycles()),
                    100.0 * point.boundCycles() / point.cycles());
            name = "";
        }
        clocks(Clocks.of(plan.question(), schedule));
        energy(outcome);
        line(
                "took",
                "%.1f s to schedule, %.1f s to simulate all chips, %.1f s to simulate classes, %.1f s to check",
                outcome.compileSeconds(),
                proof.seconds(),
                proof.classSeconds(),
                proof.checkSeconds());
    }

    private void clocks(Clocks clocks) {
        line(
                "clocks",
                "aligned over %d levels of links in %d cycles before the first token; a chip works %d cycles at a time, in which clocks drift by %d (%d are allowed for):"
                        + " it waits for its clock while it rests, or for %.1f %% of the time in a full pipeline",
                clocks.levels(),
                clocks.alignment(),
                clocks.atOnce(),
                clocks.drift(),
                Clocks.ALLOWED,
                100 * clocks.shareWhenBusy());
    }

    private void energy(Outcome outcome) {
        var energy = outcome.energy();
        line(
                "energy",
                "%.2f J a token for %d user(s) on %d chips: %.2f J done, %.2f J standing by; %.0f %% of it rests on assumed rows",
                energy.total(),
                plan.question().users(),
                plan.partition().chips(),
                energy.dynamic(),
                energy.standing(),
                100 * energy.assumedShare());
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
                "%-12s %5d   %8.0f   %s%s%s",
                partition,
                partition.chips(),
                candidate.tokensPerSecond(),
                plan.reason(candidate),
                partition.tensor() > 8 ? " (" + partition.split().words() + ")" : "",
                partition.form() == SumForm.ONE_SHOT
                        ? " (sums " + partition.form().words() + ")"
                        : ""));
    }

    private void line(String name, String format, Object... values) {
        console.printLine("%-12s ".formatted(name) + String.format(Locale.ROOT, format, values));
    }
}
