package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.decode.Mark;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Block;
import java.util.List;

/** What a chip in the middle of the system does during a layer. */
final class ChipSection {
    private static final int PICTURE_ROWS = 300;

    private final Html html;
    private final Plan plan;
    private final Machine machine;
    private final int stage;
    private final Block block;
    private final List<Mark> marks;
    private final long from;
    private final long to;

    private ChipSection(Html html, Outcome outcome) {
        this.html = html;
        this.plan = outcome.plan();
        this.machine = plan.question().machine();
        stage = stage(outcome);
        block = outcome.block(stage, 0);
        marks = layer(outcome);
        from = from(outcome);
        to = to(outcome);
    }

    static void write(Html html, Outcome outcome) {
        new ChipSection(html, outcome).write();
    }

    /** How the chip that is shown spends the layer that is shown. */
    static ChipUse use(Outcome outcome) {
        return ChipUse.of(
                outcome.block(stage(outcome), 0), outcome.plan().question().machine(), from(outcome), to(outcome));
    }

    /** From 0 on. */
    static int stage(Outcome outcome) {
        return outcome.plan().partition().stages() / 2;
    }

    /** Both halves of the first layer that the stage has, in time of its blocks; a stage may have just one of them. */
    static List<Mark> layer(Outcome outcome) {
        int stage = stage(outcome);
        long start = outcome.schedule().starts().get(stage);
        List<Mark> all = outcome.schedule().marks().stream()
                .filter(mark -> Phases.stageAt(outcome, mark.start()) == stage && mark.half() >= 0)
                .map(mark -> new Mark(mark.half(), mark.phase(), mark.start() - start, mark.end() - start))
                .toList();
        int first = all.getFirst().half();
        return all.stream().filter(mark -> mark.half() <= first + 1).toList();
    }

    private static long from(Outcome outcome) {
        return layer(outcome).getFirst().start();
    }

    private static long to(Outcome outcome) {
        return layer(outcome).stream().mapToLong(Mark::end).max().orElseThrow();
    }

    private void write() {
        ChipPicture picture = new ChipPicture(block);
        html.add(
                "<h2>Inside a chip</h2><p>Chip 0 of stage %d during one layer, %,d cycles (%.1f µs) from top to bottom. Units stand as they do on the die, the"
                        + " vector unit in the middle; the brighter, the larger the share of cycles in which a queue dispatches.</p>",
                stage + 1, to - from, plan.micros(to - from));
        use();
        html.raw("<div class=\"panel\"><div class=\"timed\"><div class=\"phases\">");
        for (Mark mark : marks) {
            double top = 100.0 * (mark.start() - from) / (to - from);
            double height = 100.0 * Phases.cycles(mark) / (to - from);
            html.add(
                    "<div style=\"top:%.2f%%;height:%.2f%%;background:var(%s)\" title=\"%s: %.2f µs\">%s</div>",
                    top,
                    height,
                    Colours.of(mark.phase()),
                    mark.phase().words(),
                    plan.micros(Phases.cycles(mark)),
                    height > 4 ? mark.phase().words() : "");
        }
        html.raw("</div>");
        html.add(
                "<canvas data-w=\"%d\" data-h=\"%d\" data-tall=\"2\" data-kinds=\"%s\" data-names=\"%s\" data-rows=\"cycle\" data-row=\"%.2f\" data-bytes=\"%s\"></canvas></div>",
                picture.width(),
                PICTURE_ROWS,
                kinds(),
                picture.names(),
                (double) (to - from) / PICTURE_ROWS,
                picture.occupancy(from, to, PICTURE_ROWS));
        html.raw(
                "<div class=\"axis timed\"><span></span><div><span>matrix unit, links · west</span><span>memory slices 43 … 0</span><span>vector unit</span><span>memory slices 0 … 43</span>"
                        + "<span>links, matrix unit · east</span></div></div>");
        html.raw(
                "<div class=\"legend\"><span><i style=\"background:var(--weights)\"></i>memory</span><span><i style=\"background:var(--vectors)\"></i>vector unit</span>"
                        + "<span><i style=\"background:var(--arrays)\"></i>matrix unit</span><span><i style=\"background:var(--hops)\"></i>links</span>"
                        + "<span><i style=\"background:var(--cache)\"></i>switch</span></div></div>");
    }

    /** Four kinds of cycles. */
    private void use() {
        ChipUse use = ChipUse.of(block, machine, from, to);
        html.raw("<div class=\"panel uses\"><div class=\"use\">");
        share(use.computing(), "--weights");
        share(use.both(), "--vectors");
        share(use.linking(), "--hops");
        share(use.idle(), "--idle");
        html.raw("</div><div class=\"legend\">");
        share(use.computing(), "--weights", "computes");
        share(use.both(), "--vectors", "computes while vectors are on its links");
        share(use.linking(), "--hops", "only vectors are on its links");
        share(use.idle(), "--idle", "waits for its own units");
        html.add(
                "</div><p class=\"soft\" style=\"margin:10px 0 0\">Weights or the cache stream into arrays in %,d of the %,d cycles.</p></div>",
                use.loading(), to - from);
    }

    private void share(long cycles, String colour) {
        html.add(
                "<i style=\"flex:%d;background:var(%s)\" title=\"%,d cycles\"></i>",
                Math.max(1, cycles), colour, cycles);
    }

    private void share(long cycles, String colour, String words) {
        html.add("<span><i style=\"background:var(%s)\"></i>%s: %,d cycles</span>", colour, words, cycles);
    }

    /** What kind of unit each column is, in the order of {@link ChipPicture}. */
    private static String kinds() {
        String edge = "xxxxxx" + "llllll" + "ssss" + "s";
        return edge + "m".repeat(44) + "a".repeat(16) + "m".repeat(44) + new StringBuilder(edge).reverse();
    }
}
