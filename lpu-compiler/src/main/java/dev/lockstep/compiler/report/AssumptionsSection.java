package dev.lockstep.compiler.report;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Parameter;
import java.util.Locale;

/** Numbers that nobody has published. */
final class AssumptionsSection {
    private final Html html;
    private final Machine machine;

    private AssumptionsSection(Html html, Outcome outcome) {
        this.html = html;
        this.machine = outcome.plan().question().machine();
    }

    static void write(Html html, Outcome outcome) {
        new AssumptionsSection(html, outcome).write();
    }

    private void write() {
        html.raw(
                "<h2>Assumptions</h2><p>Beside the machine's numbers below: which chips of a node have which of its published links; all chips share one clock (no drift); an array multiplies INT8 weights with FP16"
                        + " rows in two cycles; links make no errors; partial sums travel as FP16; the host writes the first row and reads the logits.</p><div class=\"scroll\"><table><tr><th>number</th><th class=n>value</th><th>status</th><th>note</th></tr>");
        for (Parameter parameter : machine.assumptions()) {
            html.add(
                    "<tr><td>%s</td><td class=n>%s</td><td>%s</td><td>%s</td></tr>",
                    parameter.quantity().path(),
                    Html.escape(parameter.text()),
                    parameter.status().name().toLowerCase(Locale.ROOT),
                    Html.escape(parameter.note()));
        }
        html.raw("</table></div>");
    }
}
