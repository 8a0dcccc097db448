package dev.lockstep.server.metrics;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** The text format of Prometheus, version 0.0.4. Source: "Exposition formats" in the documentation of Prometheus. */
final class Exposition {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder();

    private Exposition() {}

    static String of(List<Metrics.Family> families) {
        var exposition = new Exposition();
        families.forEach(exposition::add);
        return exposition.text.toString();
    }

    private void add(Metrics.Family family) {
        text.append("# HELP ")
                .append(family.name())
                .append(' ')
                .append(family.help())
                .append('\n');
        text.append("# TYPE ")
                .append(family.name())
                .append(' ')
                .append(family.kind().name().toLowerCase(Locale.ROOT))
                .append('\n');
        family.series().forEach((labels, series) -> {
            switch (series) {
                case Counter counter -> line(family.name(), labels, counter.value());
                case Histogram histogram -> histogram(family.name(), labels, histogram);
                case DoubleSupplier supplier -> line(family.name(), labels, supplier.getAsDouble());
                default -> throw new IllegalStateException("no metric: " + series);
            }
        });
    }

    private void histogram(String name, String labels, Histogram histogram) {
        long below = 0;
        String more = labels.isEmpty() ? "" : labels + ",";
        for (int bucket = 0; bucket < histogram.buckets(); bucket++) {
            below += histogram.count(bucket);
            line(name + "_bucket", more + "le=\"" + number(histogram.bound(bucket)) + "\"", below);
        }
        line(name + "_sum", labels, histogram.sum());
        line(name + "_count", labels, below);
    }

    private void line(String name, String labels, double value) {
        if (Double.isNaN(value)) {
            return;
        }
        text.append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(labels).append('}');
        }
        text.append(' ').append(number(value)).append('\n');
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
