package dev.lockstep.server.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * All numbers that a server tells about itself, by family: one name, one meaning, and a series for each set of labels. Safe for use by
 * many threads.
 */
public final class Metrics {
    /** Of {@link #exposition}. */
    public static final String CONTENT_TYPE = Exposition.CONTENT_TYPE;

    /** What a number means to who adds them up. */
    enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    /** @param series by their labels as they are written */
    record Family(String name, Kind kind, String help, Map<String, Object> series) {}

    private final List<Family> families = new ArrayList<>();

    /** A family of counters with labels. */
    public synchronized Labelled<Counter> counters(String name, String help, String... labels) {
        return new Labelled<>(family(name, Kind.COUNTER, help), Counter::new, Counter.class, labels);
    }

    /** A family of histograms with labels. */
    public synchronized Labelled<Histogram> histograms(String name, String help, double[] bounds, String... labels) {
        return new Labelled<>(family(name, Kind.HISTOGRAM, help), () -> new Histogram(bounds), Histogram.class, labels);
    }

    /** A number that is read when somebody asks; NaN is left out. */
    public synchronized void gauge(String name, String help, DoubleSupplier value) {
        family(name, Kind.GAUGE, help).series().put("", value);
    }

    /** A number that only grows and is read when somebody asks; NaN is left out. */
    public synchronized void counter(String name, String help, DoubleSupplier value) {
        family(name, Kind.COUNTER, help).series().put("", value);
    }

    /** A number with fixed labels that only grows and is read when somebody asks. */
    public synchronized void counter(String name, String help, String label, Map<String, DoubleSupplier> values) {
        Family family = family(name, Kind.COUNTER, help);
        values.forEach((value, supplier) ->
                family.series().put(Labelled.written(new String[] {label}, value), supplier));
    }

    /** One number, always 1, whose labels say something. */
    public synchronized void info(String name, String help, Map<String, String> labels) {
        String[] names = labels.keySet().toArray(String[]::new);
        DoubleSupplier one = () -> 1;
        family(name, Kind.GAUGE, help)
                .series()
                .put(Labelled.written(names, labels.values().toArray(String[]::new)), one);
    }

    /** Everything as Prometheus reads it. */
    public synchronized String exposition() {
        return Exposition.of(families);
    }

    private Family family(String name, Kind kind, String help) {
        if (families.stream().anyMatch(family -> family.name().equals(name))) {
            throw new IllegalArgumentException("there are two metrics with the name " + name);
        }
        var family = new Family(name, kind, help, new ConcurrentSkipListMap<>());
        families.add(family);
        return family;
    }

    /** The series of a family. */
    public static final class Labelled<T> {
        private final Family family;
        private final Supplier<T> fresh;
        private final Class<T> type;
        private final String[] names;

        private Labelled(Family family, Supplier<T> fresh, Class<T> type, String[] names) {
            this.family = family;
            this.fresh = fresh;
            this.type = type;
            this.names = names.clone();
        }

        /** The series with these values of the labels. */
        public T with(String... values) {
            return type.cast(family.series().computeIfAbsent(written(names, values), _ -> fresh.get()));
        }

        static String written(String[] names, String... values) {
            if (names.length != values.length) {
                throw new IllegalArgumentException(names.length + " labels, " + values.length + " values");
            }
            var text = new StringBuilder();
            for (int i = 0; i < names.length; i++) {
                text.append(i == 0 ? "" : ",")
                        .append(names[i])
                        .append("=\"")
                        .append(values[i]
                                .replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n"))
                        .append('"');
            }
            return text.toString();
        }
    }
}
