package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.energy.Energy;
import java.util.Locale;

/** What a token costs in joules, and what that rests on. */
final class EnergySection {
    private final Html html;
    private final Outcome outcome;
    private final Plan plan;

    private EnergySection(Html html, Outcome outcome) {
        this.html = html;
        this.outcome = outcome;
        this.plan = outcome.plan();
    }

    static void write(Html html, Outcome outcome) {
        new EnergySection(html, outcome).write();
    }

    private void write() {
        Energy energy = outcome.energy();
        html.add(
                "<h2>Energy</h2><p>%.1f J a token for %d user%s on %d chips. %.0f %% of it rests on assumed rows of the table below, and on the assumption that a chip that waits draws %.0f %% of"
                        + " the published average power. The maker's people have spoken of 1 to 3 J, without saying for how many users.</p>",
                energy.total(),
                plan.question().users(),
                plan.question().users() == 1 ? "" : "s",
                plan.partition().chips(),
                100 * energy.assumedShare(),
                100 * Energy.STANDING_SHARE);
        html.raw(
                "<div class=\"scroll\"><table><tr><th>users</th><th class=n>J a token</th><th class=n>done</th><th class=n>standing by</th><th class=n>W a chip</th>"
                        + "<th class=n>J a token, if chips drew what is provided for them</th></tr>");
        users(
                plan.question().users() + (plan.question().users() == 1 ? " user" : " users"),
                energy,
                outcome.secondsPerToken());
        users(
                outcome.usersWithoutWaiting() + " users, a full pipeline",
                outcome.energyOfFullPipeline(),
                outcome.secondsPerTokenOfFullPipeline());
        html.raw("</table></div><p></p>");
        actions(energy);
    }

    private void users(String users, Energy energy, double seconds) {
        html.add(
                "<tr><td>%s</td><td class=n>%.2f</td><td class=n>%.2f</td><td class=n>%.2f</td><td class=n>%.0f</td><td class=n>%.1f</td></tr>",
                users,
                energy.total(),
                energy.dynamic(),
                energy.standing(),
                energy.total() / seconds / plan.partition().chips(),
                energy.provisioned());
    }

    private void actions(Energy energy) {
        html.raw(
                "<div class=\"scroll\"><table><tr><th>action</th><th class=n>times</th><th class=n>pJ each</th><th class=n>mJ</th><th>rests on</th></tr>");
        outcome.actions().forEach((action, times) -> {
            if (times > 0) {
                var row = outcome.table().row(action);
                html.add(
                        "<tr><td>%s</td><td class=n>%,d</td><td class=n>%s</td><td class=n>%.2f</td><td>%s: %s</td></tr>",
                        action.toLowerCase(Locale.ROOT).replace('_', ' '),
                        times,
                        row.picojoules(),
                        1e3 * energy.byAction().get(action),
                        row.status(),
                        Html.escape(row.source()));
            }
        });
        html.raw("</table></div>");
    }
}
