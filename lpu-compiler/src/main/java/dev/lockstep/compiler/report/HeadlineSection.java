package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.Locale;

/** What the page answers first. */
final class HeadlineSection {
    private final Html html;
    private final Outcome outcome;
    private final Plan plan;
    private final Machine machine;

    private HeadlineSection(Html html, Outcome outcome) {
        this.html = html;
        this.outcome = outcome;
        this.plan = outcome.plan();
        this.machine = plan.question().machine();
    }

    static void write(Html html, Outcome outcome) {
        new HeadlineSection(html, outcome).write();
    }

    private void write() {
        String name = plan.question().model().name();
        html.add(
                "<h1>%s on %d language processing units</h1>",
                Html.escape(name), plan.partition().chips());
        html.add(
                "<p class=\"soft\">One token of one user, every instruction scheduled: %d chips a stage × %d stages, %s, sums %s, %s weights, FP16 activations and"
                        + " cache, %,d positions of context, hops of %.0f ns, %s.</p>",
                plan.partition().tensor(),
                plan.partition().stages(),
                plan.partition().split().words(),
                plan.partition().form().words(),
                plan.question().precision(),
                plan.question().context(),
                machine.number(Quantity.HOP),
                plan.question().topology().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        html.raw("<div class=\"cards\">");
        card("main", "%,.0f".formatted(outcome.tokensPerSecond()), "tokens per second and user");
        card(
                "",
                "%.0f µs".formatted(plan.micros(outcome.cyclesPerToken())),
                "%,d cycles a token".formatted(outcome.cyclesPerToken()));
        card(
                "",
                "%.0f %%".formatted(100 * outcome.shareOfBound()),
                "of the bound, %,.0f tokens/s"
                        .formatted(plan.perSecond(plan.bound().cycles())));
        long gap = outcome.cyclesPerToken() - plan.bound().cycles();
        card(
                "",
                "%.0f µs".formatted(plan.micros(gap)),
                "gap to the bound, %,d cycles a layer"
                        .formatted(gap / plan.question().model().layers().size()));
        card(
                "",
                Html.escape(plan.bound().binding().title()),
                "bind: %.0f of %.0f µs"
                        .formatted(
                                plan.micros(
                                        plan.bound().terms().get(plan.bound().binding())),
                                plan.micros(plan.bound().cycles())));
        card(
                "",
                "%.1f J".formatted(outcome.energy().total()),
                "a token, %d user%s, %d chips"
                        .formatted(
                                plan.question().users(),
                                plan.question().users() == 1 ? "" : "s",
                                plan.partition().chips()));
        html.raw("</div>");
        boolean equal = outcome.proof().cycles() == outcome.schedule().predictedCycles();
        html.add(
                "<p>%s Predicted %,d cycles, simulated %,d on all %d chips; %s. Compiled in %.1f s, simulated in %.1f s%s.</p>",
                verdict(equal),
                outcome.schedule().predictedCycles(),
                outcome.proof().cycles(),
                plan.partition().chips(),
                outcome.proof().conflicts() < 0
                        ? "the checker was not asked"
                        : "an independent checker finds " + outcome.proof().conflicts()
                                + " conflicts over streams, memory ports, arrays, ALUs and links",
                outcome.compileSeconds(),
                outcome.proof().seconds(),
                outcome.proof().conflicts() < 0
                        ? ""
                        : ", checked in %.0f s".formatted(outcome.proof().checkSeconds()));
        html.add(
                "<p class=\"soft\">What is exact: the cycle of every instruction, given the machine's numbers. What is not: numbers that nobody has"
                        + " published (listed below), and %,d cycles from the logits to the next token's first row (%d hops), which are counted, not"
                        + " scheduled.</p>",
                outcome.turnaround().cycles(), outcome.turnaround().hops());
    }

    private String verdict(boolean equal) {
        if (!equal) {
            return "<b>Prediction and simulation differ.</b>";
        }
        return switch (outcome.proof().conflicts()) {
            case -1 -> "<span class=\"proof\">Simulated.</span>";
            case 0 -> "<span class=\"proof\">Proven.</span>";
            default -> "<b>The schedule has conflicts.</b>";
        };
    }

    private void card(String kind, String value, String words) {
        html.add("<div class=\"card %s\"><b>%s</b><span>%s</span></div>", kind, value, words);
    }
}
