package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.bound.BoundTerm;
import dev.lockstep.compiler.decode.Mark;
import java.util.Locale;
import java.util.Map;

/** The bound's terms, and the phases of the schedule, on one scale. */
final class TimeSection {
    private final Html html;
    private final Outcome outcome;
    private final Plan plan;

    private TimeSection(Html html, Outcome outcome) {
        this.html = html;
        this.outcome = outcome;
        this.plan = outcome.plan();
    }

    static void write(Html html, Outcome outcome) {
        new TimeSection(html, outcome).write();
    }

    private void write() {
        html.raw("<h2>Where the time goes</h2>");
        html.add(
                "<p>Above, what no schedule of this partition can beat; below, what the schedule takes, phase by phase. Phases overlap: a sum's first vectors leave"
                        + " while its last are still being computed, so a phase is counted from the end of the one before it.</p>");
        html.raw("<div class=\"panel\">");
        double scale = 1060.0 / outcome.cyclesPerToken();
        StringBuilder svg = new StringBuilder("<svg viewBox=\"0 0 1080 150\" role=\"img\">");
        svg.append("<text class=\"s\" x=\"0\" y=\"14\">bound</text>");
        double x = 0;
        for (Map.Entry<BoundTerm, Long> term : plan.bound().terms().entrySet()) {
            x = bar(
                    svg,
                    x,
                    22,
                    term.getValue() * scale,
                    Colours.of(term.getKey()),
                    term.getKey().title(),
                    term.getValue());
        }
        svg.append("<text class=\"s\" x=\"0\" y=\"88\">schedule</text>");
        x = 0;
        for (Map.Entry<Mark.Phase, Long> phase : Phases.of(outcome).entrySet()) {
            x = bar(
                    svg,
                    x,
                    96,
                    phase.getValue() * scale,
                    Colours.of(phase.getKey()),
                    phase.getKey().words(),
                    phase.getValue());
        }
        bar(
                svg,
                x,
                96,
                Math.max(0, outcome.cyclesPerToken() * scale - x),
                "--idle",
                "stage boundaries, sampling and way back",
                Math.round(outcome.cyclesPerToken() - x / scale));
        html.raw(svg).raw("</svg><div class=\"legend\">");
        for (BoundTerm term : BoundTerm.values()) {
            html.add(
                    "<span><i style=\"background:var(%s)\"></i>%s: %s</span>",
                    Colours.of(term), term.title(), term.words());
        }
        html.raw("</div><p class=\"soft\" style=\"margin:14px 0 0\">Phases of the schedule:</p>");
        Phases.legend(html, outcome);
        html.raw("</div>");
        phaseTable();
    }

    private void phaseTable() {
        int layers = plan.question().model().layers().size();
        html.raw(
                "<details><summary>Phases in numbers</summary><div class=\"scroll\"><table><tr><th>phase</th><th class=n>µs a token</th><th class=n>cycles a layer</th></tr>");
        Phases.of(outcome)
                .forEach((phase, cycles) -> html.add(
                        "<tr><td>%s</td><td class=n>%.1f</td><td class=n>%,d</td></tr>",
                        phase.words(), plan.micros(cycles), cycles / layers));
        html.raw("</table></div></details>");
    }

    private double bar(StringBuilder svg, double x, int y, double width, String colour, String title, long cycles) {
        if (width < 0.05) {
            return x + Math.max(0, width);
        }
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"38\" rx=\"3\" fill=\"var(%s)\"><title>%s: %.1f µs</title></rect>",
                x,
                y,
                Math.max(0.5, width - 1),
                colour,
                Html.escape(title),
                plan.micros(cycles)));
        if (width > 62) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" style=\"fill:var(--bar);font-weight:600\">%.0f µs</text>",
                    x + 8,
                    y + 24,
                    plan.micros(cycles)));
        }
        return x + width;
    }
}
