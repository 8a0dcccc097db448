package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.lpu.machine.Machine;
import java.util.List;

/** What others have published. */
final class PublishedSection {
    private final Html html;
    private final Outcome outcome;
    private final Plan plan;
    private final Machine machine;

    private PublishedSection(Html html, Outcome outcome) {
        this.html = html;
        this.outcome = outcome;
        this.plan = outcome.plan();
        this.machine = plan.question().machine();
    }

    static void write(Html html, Outcome outcome) {
        new PublishedSection(html, outcome).write();
    }

    private void write() {
        String name = plan.question().model().name();
        List<Published.Speed> others = Published.near(name);
        double most = Math.max(
                outcome.tokensPerSecond(),
                others.stream().mapToInt(Published.Speed::most).max().orElse(0));
        html.raw(
                "<h2>Beside published figures</h2><p>One user, no guessed tokens unless said. Others' figures include their host, network and software of the time; ours is what the arithmetic"
                        + " of the machine allows. They are here to compare orders of magnitude.</p><div class=\"scroll\"><table><tr><th>system</th><th>model</th>"
                        + "<th class=n>tokens/s and user</th><th class=wide></th><th>when</th></tr>");
        row(
                "taken",
                "this schedule, " + plan.partition().chips() + " chips of " + machine.name(),
                "%s, %,d context".formatted(Html.escape(name), plan.question().context()),
                "%,.0f".formatted(outcome.tokensPerSecond()),
                outcome.tokensPerSecond() / most,
                "");
        others.forEach(speed ->
                row("", speed.system(), speed.model(), speed.tokensPerSecond(), speed.most() / most, speed.when()));
        html.raw("</table></div>");
    }

    private void row(String kind, String system, String model, String speed, double share, String when) {
        html.add(
                "<tr class=\"%s\"><td>%s</td><td>%s</td><td class=n>%s</td><td class=wide><span class=\"meter\" style=\"width:%.1f%%\"></span></td><td>%s</td></tr>",
                kind, system, model, speed, 100 * share, when);
    }
}
