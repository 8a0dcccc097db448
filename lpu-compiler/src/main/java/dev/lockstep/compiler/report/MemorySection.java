package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.lpu.machine.Machine;
import java.util.List;
import java.util.Locale;

/** What lies in the memory of a chip, slice by slice. */
final class MemorySection {
    private final Html html;
    private final Outcome outcome;
    private final Plan plan;
    private final Machine machine;

    private MemorySection(Html html, Outcome outcome) {
        this.html = html;
        this.outcome = outcome;
        this.plan = outcome.plan();
        this.machine = plan.question().machine();
    }

    static void write(Html html, Outcome outcome) {
        new MemorySection(html, outcome).write();
    }

    private void write() {
        int words = machine.wordsPerSlice();
        html.add(
                "<h2>What lies in memory</h2><p>The same chip, slice by slice from west to east: weights and tables, keys and values of one user, and words for what is being worked"
                        + " on. %,d of %,d words of the fullest streaming slice are used; 9 slices are left to the system.</p><div class=\"panel\">",
                outcome.schedule().words(), words);
        StringBuilder svg = new StringBuilder("<svg viewBox=\"0 0 1080 170\" role=\"img\">");
        List<ChipPicture.Words> slices =
                new ChipPicture(outcome.block(plan.partition().stages() / 2, 0)).memory();
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
        html.raw(svg)
                .raw(
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
}
