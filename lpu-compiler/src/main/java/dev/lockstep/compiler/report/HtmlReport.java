package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.bound.BoundTerm;
import dev.lockstep.compiler.decode.Mark;
import dev.lockstep.compiler.energy.Energy;
import dev.lockstep.compiler.partition.Candidate;
import dev.lockstep.compiler.partition.HeadSplit;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Parameter;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Writes the report of a compiled system. */
public final class HtmlReport {
    private static final int PICTURE_ROWS = 300;
    private static final int SHOWN_CANDIDATES = 12;

    private final Outcome outcome;
    private final Plan plan;
    private final Machine machine;
    private final StringBuilder html = new StringBuilder(1 << 19);

    private HtmlReport(Outcome outcome) {
        this.outcome = outcome;
        this.plan = outcome.plan();
        this.machine = plan.question().machine();
    }

    /** The whole page. */
    public static String of(Outcome outcome) {
        HtmlReport report = new HtmlReport(outcome);
        report.write();
        return report.html.toString();
    }

    private void write() {
        String name = plan.question().model().name();
        html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>")
                .append(escape(name))
                .append(" on ")
                .append(plan.partition().chips())
                .append(" LPUs</title><style>")
                .append(resource("style.css"))
                .append("</style></head><body><main>");
        headline(name);
        time();
        pipeline();
        html.append(TrafficSection.of(outcome));
        chip();
        memory();
        links();
        partitions();
        energy();
        published(name);
        assumptions();
        html.append("</main><script>").append(resource("script.js")).append("</script></body></html>\n");
    }

    private void headline(String name) {
        add(
                "<h1>%s on %d language processing units</h1>",
                escape(name), plan.partition().chips());
        add(
                "<p class=\"soft\">One token of one user, every instruction scheduled: %d chips a stage × %d stages, %s, %s weights, FP16 activations and"
                        + " cache, %,d positions of context, hops of %.0f ns, %s.</p>",
                plan.partition().tensor(),
                plan.partition().stages(),
                plan.partition().split().words(),
                plan.question().precision(),
                plan.question().context(),
                machine.number(Quantity.HOP),
                plan.question().topology().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        html.append("<div class=\"cards\">");
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
        card(
                "",
                escape(plan.bound().binding().title()),
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
        html.append("</div>");
        boolean equal = outcome.proof().cycles() == outcome.schedule().predictedCycles();
        add(
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
        add(
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
        add("<div class=\"card %s\"><b>%s</b><span>%s</span></div>", kind, value, words);
    }

    /** The bound's terms, and the phases of the schedule, on one scale. */
    private void time() {
        html.append("<h2>Where the time goes</h2>");
        add(
                "<p>Above, what no schedule of this partition can beat; below, what the schedule takes, phase by phase. Phases overlap: a sum's first vectors leave"
                        + " while its last are still being computed, so a phase is counted from the end of the one before it.</p>");
        html.append("<div class=\"panel\">");
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
                    variable(term.getKey()),
                    term.getKey().title(),
                    term.getValue());
        }
        svg.append("<text class=\"s\" x=\"0\" y=\"88\">schedule</text>");
        x = 0;
        for (Map.Entry<Mark.Phase, Long> phase : phases().entrySet()) {
            x = bar(
                    svg,
                    x,
                    96,
                    phase.getValue() * scale,
                    variable(phase.getKey()),
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
        html.append(svg).append("</svg><div class=\"legend\">");
        for (BoundTerm term : BoundTerm.values()) {
            add("<span><i style=\"background:var(%s)\"></i>%s: %s</span>", variable(term), term.title(), term.words());
        }
        html.append("</div><p class=\"soft\" style=\"margin:14px 0 0\">Phases of the schedule:</p>");
        phaseLegend();
        html.append("</div>");
        phaseTable();
    }

    private void phaseTable() {
        int layers = plan.question().model().layers().size();
        html.append(
                "<details><summary>Phases in numbers</summary><div class=\"scroll\"><table><tr><th>phase</th><th class=n>µs a token</th><th class=n>cycles a layer</th></tr>");
        phases().forEach((phase, cycles) -> add(
                "<tr><td>%s</td><td class=n>%.1f</td><td class=n>%,d</td></tr>",
                phase.words(), plan.micros(cycles), cycles / layers));
        html.append("</table></div></details>");
    }

    private Map<Mark.Phase, Long> phases() {
        Map<Mark.Phase, Long> sums = new LinkedHashMap<>();
        for (Mark mark : outcome.schedule().marks()) {
            sums.merge(mark.phase(), Math.max(0, mark.end() - mark.start()), Long::sum);
        }
        return sums;
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
                escape(title),
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

    private static String variable(BoundTerm term) {
        return switch (term) {
            case HOPS -> "--hops";
            case LINKS -> "--links";
            case WEIGHTS -> "--weights";
            case CACHE -> "--cache";
            case ARRAYS -> "--arrays";
            case VECTORS -> "--vectors";
            case HEAD -> "--head";
        };
    }

    private static String variable(Mark.Phase phase) {
        return switch (phase) {
            case ENTER -> "--links";
            case PROJECT -> "--arrays";
            case ATTEND -> "--cache";
            case OUTPUT -> "--vectors";
            case ROUTE -> "--links";
            case GATE_UP -> "--weights";
            case DOWN -> "--down";
            case SUM -> "--sum";
            case HEAD -> "--head";
        };
    }

    /** Stages over time. */
    private void pipeline() {
        html.append(
                "<h2>One token through the pipeline</h2><p>Each row is a stage of chips that share layers; a token is in one stage at a time, so that other users' tokens can be"
                        + " in the others.</p><div class=\"panel\">");
        int stages = plan.partition().stages();
        int height = 14 * stages + 10;
        double scale = 1040.0 / outcome.cyclesPerToken();
        StringBuilder svg = new StringBuilder("<svg viewBox=\"0 0 1080 " + height + "\" role=\"img\">");
        for (Mark mark : outcome.schedule().marks()) {
            int stage = stageAt(mark.start());
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"10\" fill=\"var(%s)\"/>",
                    36 + mark.start() * scale,
                    14 * stage + 4,
                    Math.max(0.2, (mark.end() - mark.start()) * scale),
                    variable(mark.phase())));
        }
        for (int stage = 0; stage < stages; stage++) {
            svg.append("<text class=\"s\" x=\"0\" y=\"" + (14 * stage + 13) + "\">" + (stage + 1) + "</text>");
        }
        html.append(svg).append("</svg>");
        phaseLegend();
        html.append("</div>");
    }

    private void phaseLegend() {
        html.append("<div class=\"legend\">");
        for (Mark.Phase phase : phases().keySet()) {
            add("<span><i style=\"background:var(%s)\"></i>%s</span>", variable(phase), phase.words());
        }
        html.append("</div>");
    }

    private int stageAt(long cycle) {
        List<Long> starts = outcome.schedule().starts();
        int stage = 0;
        for (int i = 0; i < starts.size(); i++) {
            // A stage's blocks begin before its first vector comes.
            if (starts.get(i) + 300 <= cycle) {
                stage = i;
            }
        }
        return stage;
    }

    /** A chip in the middle of the system: two half layers. */
    private void chip() {
        int stage = plan.partition().stages() / 2;
        Block block = blockOf(stage, 0);
        long start = outcome.schedule().starts().get(stage);
        List<Mark> marks = outcome.schedule().marks().stream()
                .filter(mark -> stageAt(mark.start()) == stage && mark.half() >= 0)
                .toList();
        long from = marks.getFirst().start() - start;
        int first = marks.getFirst().half();
        long to = marks.stream()
                        .filter(mark -> mark.half() <= first + 1)
                        .mapToLong(Mark::end)
                        .max()
                        .orElseThrow()
                - start;
        ChipPicture picture = new ChipPicture(block);
        add(
                "<h2>Inside a chip</h2><p>Chip 0 of stage %d during one layer, %,d cycles from top to bottom. Units stand as they do on the die, the vector unit in the"
                        + " middle; the brighter, the larger the share of cycles in which a queue dispatches.</p>",
                stage + 1, to - from);
        html.append("<div class=\"panel\">");
        add(
                "<canvas data-w=\"%d\" data-h=\"%d\" data-tall=\"2\" data-kinds=\"%s\" data-bytes=\"%s\"></canvas>",
                picture.width(), PICTURE_ROWS, kinds(), picture.occupancy(from, to, PICTURE_ROWS));
        html.append(
                "<div class=\"axis\"><span>matrix unit, links · west</span><span>memory slices 43 … 0</span><span>vector unit</span><span>memory slices 0 … 43</span>"
                        + "<span>links, matrix unit · east</span></div>");
        html.append(
                "<div class=\"legend\"><span><i style=\"background:var(--weights)\"></i>memory</span><span><i style=\"background:var(--vectors)\"></i>vector unit</span>"
                        + "<span><i style=\"background:var(--arrays)\"></i>matrix unit</span><span><i style=\"background:var(--hops)\"></i>links</span>"
                        + "<span><i style=\"background:var(--cache)\"></i>switch</span></div></div>");
    }

    /** What kind of unit each column is, in the order of {@link ChipPicture}. */
    private static String kinds() {
        String edge = "xxxxxx" + "llllll" + "ssss" + "s";
        return edge + "m".repeat(44) + "a".repeat(16) + "m".repeat(44) + new StringBuilder(edge).reverse();
    }

    private Block blockOf(int stage, int chip) {
        LpuProgram program = outcome.schedule().program();
        Placement placement =
                program.chips().get(stage * plan.partition().tensor() + chip).getFirst();
        return program.blocks().get(placement.block());
    }

    private void memory() {
        int words = machine.wordsPerSlice();
        add(
                "<h2>What lies in memory</h2><p>The same chip, slice by slice from west to east: weights and tables, keys and values of one user, and words for what is being worked"
                        + " on. %,d of %,d words of the fullest streaming slice are used; 9 slices are left to the system.</p><div class=\"panel\">",
                outcome.schedule().words(), words);
        StringBuilder svg = new StringBuilder("<svg viewBox=\"0 0 1080 170\" role=\"img\">");
        List<ChipPicture.Words> slices =
                new ChipPicture(blockOf(plan.partition().stages() / 2, 0)).memory();
        for (int i = 0; i < slices.size(); i++) {
            double x = i * 12.1 + (i >= slices.size() / 2 ? 14 : 0);
            svg.append(String.format(
                    Locale.ROOT, "<rect x=\"%.1f\" y=\"8\" width=\"10\" height=\"140\" fill=\"var(--idle)\"/>", x));
            double top = 148;
            ChipPicture.Words slice = slices.get(i);
            top = words(svg, x, top, slice.fixed(), "--weights", "words of weights and tables");
            top = words(svg, x, top, slice.cached(), "--cache", "words of keys and values");
            words(svg, x, top, slice.worked(), "--hops", "words of what is being worked on");
        }
        svg.append(
                "<text class=\"s\" x=\"0\" y=\"166\">west, slice 43</text><text class=\"s\" x=\"540\" y=\"166\" text-anchor=\"middle\">vector unit</text>"
                        + "<text class=\"s\" x=\"1078\" y=\"166\" text-anchor=\"end\">east, slice 43</text></svg>");
        html.append(svg)
                .append(
                        "<div class=\"legend\"><span><i style=\"background:var(--weights)\"></i>weights and tables</span><span><i style=\"background:var(--cache)\"></i>keys and values</span>"
                                + "<span><i style=\"background:var(--hops)\"></i>what is being worked on</span></div></div>");
    }

    private double words(StringBuilder svg, double x, double bottom, int count, String colour, String what) {
        double height = 140.0 * count / machine.wordsPerSlice();
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"10\" height=\"%.1f\" fill=\"var(%s)\"><title>%d %s</title></rect>",
                x,
                bottom - height,
                height,
                colour,
                count,
                what));
        return bottom - height;
    }

    /** Vectors sent by each port of each chip. */
    private void links() {
        LpuProgram program = outcome.schedule().program();
        int ports = machine.whole(Quantity.PORTS);
        int chips = program.chips().size();
        long[][] sent = new long[ports][chips];
        Map<Integer, long[]> known = new LinkedHashMap<>();
        long most = 1;
        for (int chip = 0; chip < chips; chip++) {
            for (Placement placement : program.chips().get(chip)) {
                long[] perPort = known.computeIfAbsent(
                        placement.block(), index -> sends(program.blocks().get(index), ports));
                for (int port = 0; port < ports; port++) {
                    sent[port][chip] += perPort[port];
                    most = Math.max(most, sent[port][chip]);
                }
            }
        }
        byte[] bytes = new byte[ports * chips];
        for (int port = 0; port < ports; port++) {
            for (int chip = 0; chip < chips; chip++) {
                bytes[port * chips + chip] = (byte) (255 * sent[port][chip] / most);
            }
        }
        double busiest = 100.0 * most * machine.whole(Quantity.VECTOR_CYCLES) / outcome.cyclesPerToken();
        add(
                "<h2>Links</h2><p>%,d vectors of 320 bytes cross links for a token. Chips from left to right, their 11 ports from top to bottom: 7 to the other chips of the node, then 3 to the"
                        + " nodes of the same stage and 1 to the next. The busiest sends %,d vectors, which is %.1f %% of its time: latency counts, not bandwidth.</p>",
                outcome.actions().getOrDefault("LINK_VECTOR", 0L), most, busiest);
        html.append("<div class=\"panel\">");
        add(
                "<canvas data-w=\"%d\" data-h=\"%d\" data-tall=\"12\" data-bytes=\"%s\"></canvas>",
                chips, ports, Base64.getEncoder().encodeToString(bytes));
        html.append("</div>");
    }

    private static long[] sends(Block block, int ports) {
        long[] sends = new long[ports];
        for (int port = 0; port < ports; port++) {
            for (Entry entry : block.entries(Queue.link(port))) {
                sends[port] += entry.instruction() instanceof LinkInstruction.Send ? entry.dispatches() : 0;
            }
        }
        return sends;
    }

    private void partitions() {
        html.append(
                "<h2>Partitions that were considered</h2><p>By formula; the one that was taken was then scheduled.</p><div class=\"scroll\"><table><tr><th>chips a stage × stages</th><th class=n>chips</th>"
                        + "<th class=n>tokens/s</th><th class=n>MB a chip</th><th>attention</th><th>why</th></tr>");
        List<Candidate> shown = new ArrayList<>(plan.search().bestOfEachDegree());
        plan.search().candidates().stream()
                .filter(candidate ->
                        candidate.partition().tensor() == plan.partition().tensor() && !shown.contains(candidate))
                .limit(4)
                .forEach(shown::add);
        shown.stream()
                .limit(SHOWN_CANDIDATES)
                .forEach(candidate -> add(
                        "<tr class=\"%s\"><td>%s</td><td class=n>%d</td><td class=n>%s</td><td class=n>%.0f</td><td>%s</td><td>%s</td></tr>",
                        candidate.partition().equals(plan.partition()) ? "taken" : "",
                        candidate.partition(),
                        candidate.partition().chips(),
                        candidate.memory().fits() ? "%,.0f".formatted(candidate.tokensPerSecond()) : "–",
                        candidate.memory().total() / 1e6,
                        candidate.partition().split() == HeadSplit.BY_KEY_HEADS
                                ? ""
                                : candidate.partition().split().words(),
                        escape(plan.reason(candidate))));
        html.append("</table></div>");
    }

    private void energy() {
        Energy energy = outcome.energy();
        add(
                "<h2>Energy</h2><p>%.1f J a token for %d user%s on %d chips: %.2f J for what is done, %.1f J for chips that stand by. %.0f %% rest on assumed rows. If every chip drew what"
                        + " its system provides, it would be %.0f J.</p>",
                energy.total(),
                plan.question().users(),
                plan.question().users() == 1 ? "" : "s",
                plan.partition().chips(),
                energy.dynamic(),
                energy.standing(),
                100 * energy.assumedShare(),
                energy.provisioned());
        html.append(
                "<div class=\"scroll\"><table><tr><th>action</th><th class=n>times</th><th class=n>pJ each</th><th class=n>mJ</th><th>rests on</th></tr>");
        outcome.actions().forEach((action, times) -> {
            if (times > 0) {
                var row = outcome.table().row(action);
                add(
                        "<tr><td>%s</td><td class=n>%,d</td><td class=n>%s</td><td class=n>%.2f</td><td>%s: %s</td></tr>",
                        action.toLowerCase(Locale.ROOT).replace('_', ' '),
                        times,
                        row.picojoules(),
                        1e3 * energy.byAction().get(action),
                        row.status(),
                        escape(row.source()));
            }
        });
        html.append("</table></div>");
    }

    private void published(String name) {
        html.append(
                "<h2>Beside published figures</h2><p>Others' figures include their host, network and software of the time; ours is what the arithmetic of the machine allows. They are here to"
                        + " compare orders of magnitude.</p><div class=\"scroll\"><table><tr><th>system</th><th>model</th><th class=n>tokens/s and user</th><th>when</th></tr>");
        add(
                "<tr class=\"taken\"><td>this schedule, %d chips of %s</td><td>%s, %,d context</td><td class=n>%,.0f</td><td></td></tr>",
                plan.partition().chips(),
                machine.name(),
                escape(name),
                plan.question().context(),
                outcome.tokensPerSecond());
        Published.near(name)
                .forEach(speed -> add(
                        "<tr><td>%s</td><td>%s</td><td class=n>%s</td><td>%s</td></tr>",
                        speed.system(), speed.model(), speed.tokensPerSecond(), speed.when()));
        html.append("</table></div>");
    }

    private void assumptions() {
        html.append(
                "<h2>Assumptions</h2><p>Beside the machine's numbers below: which chips of a node have which of its published links; all chips share one clock (no drift); an array multiplies INT8 weights with FP16"
                        + " rows in two cycles; links make no errors; partial sums travel as FP16; the host writes the first row and reads the logits.</p><div class=\"scroll\"><table><tr><th>number</th><th class=n>value</th><th>status</th><th>note</th></tr>");
        for (Parameter parameter : machine.assumptions()) {
            add(
                    "<tr><td>%s</td><td class=n>%s</td><td>%s</td><td>%s</td></tr>",
                    parameter.quantity().path(),
                    escape(parameter.text()),
                    parameter.status().name().toLowerCase(Locale.ROOT),
                    escape(parameter.note()));
        }
        html.append("</table></div>");
    }

    private void add(String format, Object... values) {
        html.append(String.format(Locale.ROOT, format, values));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(HtmlReport.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
