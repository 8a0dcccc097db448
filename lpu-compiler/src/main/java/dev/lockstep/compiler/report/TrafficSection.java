package dev.lockstep.compiler.report;

import dev.lockstep.compiler.ContextPoint;
import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.RowsPoint;
import java.util.Locale;

/** The part of the report about more than one token: users, prompts, contexts, guessed tokens. */
final class TrafficSection {
    private static final int WIDTH = 1080;
    private static final int HEIGHT = 190;
    private static final int LEFT = 60;
    private static final int BOTTOM = 160;

    private final Outcome outcome;
    private final Plan plan;
    private final StringBuilder html = new StringBuilder();

    private TrafficSection(Outcome outcome) {
        this.outcome = outcome;
        this.plan = outcome.plan();
    }

    static String of(Outcome outcome) {
        TrafficSection section = new TrafficSection(outcome);
        section.write();
        return section.html.toString();
    }

    private void write() {
        long interval = outcome.schedule().interval();
        int users = plan.question().users();
        add(
                "<h2>More than one token</h2><p>A token can follow another %.1f µs later, when the longest stage has done all it does for the one before.</p>"
                        + "<div class=\"scroll\"><table>",
                plan.micros(interval));
        row(
                users + (users == 1 ? " user" : " users"),
                "%,.0f tokens/s each, %,.0f together; simulated: the last of %s complete in cycle %,d, predicted %,d",
                plan.perSecond(outcome.cyclesPerRound()),
                outcome.tokensPerSecondOfAll(),
                users == 1 ? "one token is" : users + " tokens is",
                outcome.proof().turnCycles(),
                outcome.schedule().cyclesInTurn(users));
        row(
                "without waiting",
                "%d users could take turns at this speed, if their caches had room",
                outcome.usersWithoutWaiting());
        row(
                "prompt",
                "%.1f ms from the first of %,d tokens to the first of the answer: they enter one by one, %,.0f a second",
                plan.micros(outcome.cyclesToFirstToken()) / 1e3,
                outcome.prompt(),
                plan.perSecond(interval));
        for (RowsPoint step : outcome.rows()) {
            row(
                    step.rows() + " rows a step",
                    "%,.0f tokens/s and user if %.0f %% of guessed tokens are right (assumed): %.2f tokens in %.0f µs; %,d cycles scheduled, %,d simulated, %.0f %% of the bound",
                    outcome.tokensPerSecond(step),
                    100 * outcome.acceptance(),
                    step.tokens(outcome.acceptance()),
                    plan.micros(step.cycles()),
                    step.predictedCycles(),
                    step.simulatedCycles(),
                    100.0 * step.boundCycles() / step.cycles());
        }
        html.append("</table></div>");
        if (!outcome.sweep().isEmpty()) {
            contexts();
        }
    }

    private void row(String name, String format, Object... values) {
        add("<tr><td>%s</td><td>%s</td></tr>", name, String.format(Locale.ROOT, format, values));
    }

    /** Microseconds a token over positions: what was scheduled, and the bound. */
    private void contexts() {
        long most =
                outcome.sweep().stream().mapToLong(ContextPoint::cycles).max().orElseThrow();
        int whole = plan.question().context();
        StringBuilder schedule = new StringBuilder();
        StringBuilder bound = new StringBuilder();
        StringBuilder dots = new StringBuilder();
        for (ContextPoint point : outcome.sweep()) {
            double x = LEFT + (WIDTH - LEFT - 30.0) * point.context() / whole;
            double y = height(point.cycles(), most);
            schedule.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            bound.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, height(point.boundCycles(), most)));
            dots.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"var(--accent)\"><title>%,d positions: %.1f µs</title></circle>"
                            + "<text class=\"s\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%,d</text>",
                    x,
                    y,
                    point.context(),
                    plan.micros(point.cycles()),
                    x,
                    BOTTOM + 18,
                    point.context()));
        }
        add(
                "<p style=\"margin-top:22px\">Time of a token by positions of context, scheduled anew at each point.</p><div class=\"panel\"><svg viewBox=\"0 0 %d %d\" role=\"img\">"
                        + "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"var(--line)\"/>"
                        + "<text class=\"s\" x=\"0\" y=\"24\">%.0f µs</text><text class=\"s\" x=\"0\" y=\"%d\">0</text>"
                        + "<polyline points=\"%s\" fill=\"none\" stroke=\"var(--accent)\" stroke-width=\"2.5\"/>"
                        + "<polyline points=\"%s\" fill=\"none\" stroke=\"var(--soft)\" stroke-width=\"2\" stroke-dasharray=\"5 5\"/>%s</svg>",
                WIDTH, HEIGHT, LEFT, BOTTOM, WIDTH - 20, BOTTOM, plan.micros(most), BOTTOM, schedule, bound, dots);
        html.append(
                "<div class=\"legend\"><span><i style=\"background:var(--accent)\"></i>schedule</span><span><i style=\"background:var(--soft)\"></i>bound</span></div></div>");
    }

    private static double height(long cycles, long most) {
        return BOTTOM - (BOTTOM - 20.0) * cycles / most;
    }

    private void add(String format, Object... values) {
        html.append(String.format(Locale.ROOT, format, values));
    }
}
