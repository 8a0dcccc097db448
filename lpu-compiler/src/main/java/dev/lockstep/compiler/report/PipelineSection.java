package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.decode.Mark;
import java.util.Locale;

/** Stages over time. */
final class PipelineSection {
    private final Html html;
    private final Outcome outcome;
    private final Plan plan;

    private PipelineSection(Html html, Outcome outcome) {
        this.html = html;
        this.outcome = outcome;
        this.plan = outcome.plan();
    }

    static void write(Html html, Outcome outcome) {
        new PipelineSection(html, outcome).write();
    }

    private void write() {
        html.raw(
                "<h2>One token through the pipeline</h2><p>Each row is a stage of chips that share layers; a token is in one stage at a time, so that other users' tokens can be"
                        + " in the others. Colours are those of the layers above.</p><div class=\"panel\">");
        int stages = plan.partition().stages();
        int height = 14 * stages + 10;
        double scale = 1040.0 / outcome.cyclesPerToken();
        StringBuilder svg = new StringBuilder("<svg viewBox=\"0 0 1080 " + height + "\" role=\"img\">");
        for (Mark mark : outcome.schedule().marks()) {
            int stage = Phases.stageAt(outcome, mark.start());
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"10\" fill=\"var(%s)\"/>",
                    36 + mark.start() * scale,
                    14 * stage + 4,
                    Math.max(0.2, (mark.end() - mark.start()) * scale),
                    Colours.of(mark.phase())));
        }
        for (int stage = 0; stage < stages; stage++) {
            svg.append("<text class=\"s\" x=\"0\" y=\"" + (14 * stage + 13) + "\">" + (stage + 1) + "</text>");
        }
        html.raw(svg).raw("</svg>");
        html.raw("</div>");
    }
}
