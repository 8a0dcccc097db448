package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.decode.Mark;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Time of each layer, phase by phase. */
final class LayersSection {
    private static final int WIDTH = 1080;
    private static final int LEFT = 46;
    private static final int TOP = 14;
    private static final int BOTTOM = 190;

    private final Html html;
    private final Outcome outcome;
    private final Plan plan;

    private LayersSection(Html html, Outcome outcome) {
        this.html = html;
        this.outcome = outcome;
        this.plan = outcome.plan();
    }

    static void write(Html html, Outcome outcome) {
        new LayersSection(html, outcome).write();
    }

    /** Cycles of each phase of each layer. */
    static List<Map<Mark.Phase, Long>> layers(Outcome outcome) {
        List<Map<Mark.Phase, Long>> layers = new ArrayList<>();
        for (int layer = 0; layer < outcome.plan().question().model().layers().size(); layer++) {
            layers.add(new EnumMap<>(Mark.Phase.class));
        }
        for (Mark mark : outcome.schedule().marks()) {
            if (mark.half() >= 0) {
                layers.get(mark.half() / 2).merge(mark.phase(), Phases.cycles(mark), Long::sum);
            }
        }
        return layers;
    }

    private static long sum(Map<Mark.Phase, Long> layer) {
        return layer.values().stream().mapToLong(Long::longValue).sum();
    }

    private void write() {
        List<Map<Mark.Phase, Long>> layers = layers(outcome);
        long most = layers.stream().mapToLong(LayersSection::sum).max().orElseThrow();
        long least = layers.stream().mapToLong(LayersSection::sum).min().orElseThrow();
        html.add(
                "<h2>Layer by layer</h2><p>%,d layers, each of %.1f to %.1f µs, phase upon phase.</p><div class=\"panel\">",
                layers.size(), plan.micros(least), plan.micros(most));
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"time of each layer\">",
                WIDTH,
                BOTTOM + 24));
        double step = (double) (WIDTH - LEFT) / layers.size();
        for (int layer = 0; layer < layers.size(); layer++) {
            double y = BOTTOM;
            for (Map.Entry<Mark.Phase, Long> phase : layers.get(layer).entrySet()) {
                double height = (double) (BOTTOM - TOP) * phase.getValue() / most;
                y -= height;
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"var(%s)\"><title>layer %d, %s: %.2f µs</title></rect>",
                        LEFT + layer * step,
                        y,
                        Math.max(0.5, step - Math.min(2, step / 4)),
                        height,
                        Colours.of(phase.getKey()),
                        layer,
                        phase.getKey().words(),
                        plan.micros(phase.getValue())));
            }
        }
        axes(svg, layers.size(), step, most);
        html.raw(svg.append("</svg>"));
        Phases.legend(html, outcome);
        html.raw("</div>");
    }

    private void axes(StringBuilder svg, int layers, double step, long most) {
        for (int quarter = 0; quarter <= 4; quarter += 2) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"s\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f µs</text>",
                    LEFT - 6,
                    BOTTOM - (BOTTOM - TOP) * quarter / 4.0 + 4,
                    plan.micros(most) * quarter / 4));
        }
        for (int layer = 0; layer < layers; layer += Math.max(1, Math.ceilDiv(layers, 10))) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"s\" x=\"%.1f\" y=\"%d\">%s%d</text>",
                    LEFT + layer * step,
                    BOTTOM + 18,
                    layer == 0 ? "layer " : "",
                    layer));
        }
    }
}
