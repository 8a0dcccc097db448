package dev.lockstep.cli;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.bound.LowerBound;
import dev.lockstep.compiler.partition.Candidate;
import java.util.Locale;

/** A plan as people read it. */
final class PlanReport {
    private static final int SHOWN = 10;

    private final Console console;
    private final Plan plan;

    PlanReport(Console console, Plan plan) {
        this.console = console;
        this.plan = plan;
    }

    void print() {
        var question = plan.question();
        var best = plan.search().best();
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
        line("estimate", "%.1f µs a token by formula", plan.micros(best.cost().cycles()));
        console.printLine("");
        console.printLine("considered   chips   tokens/s   why");
        plan.search().bestOfEachDegree().stream().limit(SHOWN).forEach(this::candidate);
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
