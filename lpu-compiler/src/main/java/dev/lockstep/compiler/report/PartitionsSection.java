package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.partition.Candidate;
import dev.lockstep.compiler.partition.HeadSplit;
import java.util.ArrayList;
import java.util.List;

/** How else the model could have been divided. */
final class PartitionsSection {
    private final Html html;
    private final Plan plan;

    private PartitionsSection(Html html, Outcome outcome) {
        this.html = html;
        this.plan = outcome.plan();
    }

    static void write(Html html, Outcome outcome) {
        new PartitionsSection(html, outcome).write();
    }

    private static final int SHOWN = 12;

    /** The best of each number of chips a stage, and the nearest to the one that was taken. */
    static List<Candidate> shown(Plan plan) {
        List<Candidate> shown = new ArrayList<>(plan.search().bestOfEachDegree());
        plan.search().candidates().stream()
                .filter(candidate ->
                        candidate.partition().tensor() == plan.partition().tensor() && !shown.contains(candidate))
                .limit(4)
                .forEach(shown::add);
        return shown.stream().limit(SHOWN).toList();
    }

    private void write() {
        html.raw(
                "<h2>Partitions that were considered</h2><p>Speeds by formula; those that were close were then scheduled.</p><div class=\"scroll\"><table><tr><th>chips a stage × stages</th><th class=n>chips</th>"
                        + "<th class=n>tokens/s</th><th class=n>MB a chip</th><th>attention</th><th>sums</th><th>why</th></tr>");
        shown(plan)
                .forEach(candidate -> html.add(
                        "<tr class=\"%s\"><td>%s</td><td class=n>%d</td><td class=n>%s</td><td class=n>%.0f</td><td>%s</td><td>%s</td><td>%s</td></tr>",
                        candidate.partition().equals(plan.partition()) ? "taken" : "",
                        candidate.partition(),
                        candidate.partition().chips(),
                        candidate.memory().fits() ? "%,.0f".formatted(candidate.tokensPerSecond()) : "–",
                        candidate.memory().total() / 1e6,
                        candidate.partition().split() == HeadSplit.BY_KEY_HEADS
                                ? ""
                                : candidate.partition().split().words(),
                        candidate.partition().tensor() == 1
                                ? ""
                                : candidate.partition().form().words(),
                        Html.escape(plan.reason(candidate))));
        html.raw("</table></div>");
    }
}
