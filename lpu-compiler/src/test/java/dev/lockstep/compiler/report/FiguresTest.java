package dev.lockstep.compiler.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What {@code --json} prints has every figure that the page shows. */
class FiguresTest {
    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.,])\\d[\\d,]*(?:\\.\\d+)?");
    /** Words of the page, not of an outcome: names of slices, units and types, and what somebody said. */
    private static final Set<String> WORDS = Set.of("43", "0", "320", "16", "1", "3");

    private static final List<Double> UNITS = List.of(1.0, 100.0, 1e-6);

    @Test
    void shouldBeInTheObjectWhereThePageHasThem() {
        Outcome outcome = SmallOutcome.outcome();
        List<Double> known = new ArrayList<>();
        outcome.fields().values().forEach(value -> collect(value, known));

        Set<String> missing = new TreeSet<>(numbers(visible(HtmlReport.of(outcome))));
        missing.removeAll(WORDS);
        missing.removeIf(number -> known.stream().anyMatch(value -> shows(number, value)));

        assertThat(missing).isEmpty();
    }

    /** Text and what pointing at something shows, without pictures' axes. */
    private static String visible(String html) {
        return html.replaceAll("(?s)<(style|script)>.*?</\\1>", " ")
                .replaceAll("(?s)<text class=\"s\".*?</text>", " ")
                .replaceAll("title=\"([^\"]*)\"", "> $1 <")
                .replaceAll("(?s)<[^>]*>", " ");
    }

    private static List<String> numbers(String text) {
        return NUMBER.matcher(text)
                .results()
                .map(match -> match.group().replaceAll(",$", ""))
                .toList();
    }

    private static boolean shows(String number, double value) {
        String plain = number.replace(",", "");
        int decimals = plain.contains(".") ? plain.length() - plain.indexOf('.') - 1 : 0;
        return UNITS.stream()
                .map(unit -> String.format(Locale.ROOT, "%." + decimals + "f", unit * value))
                .anyMatch(plain::equals);
    }

    private static void collect(@Nullable Object value, List<Double> known) {
        switch (value) {
            case null -> {}
            case Number number -> known.add(number.doubleValue());
            case Map<?, ?> map -> map.values().forEach(inner -> collect(inner, known));
            case List<?> list -> list.forEach(inner -> collect(inner, known));
            case long[][] rows -> {
                for (long[] row : rows) {
                    for (long cell : row) {
                        known.add((double) cell);
                    }
                }
            }
            default ->
                numbers(value.toString())
                        .forEach(number -> known.add(new BigDecimal(number.replace(",", ""))
                                .setScale(6, RoundingMode.HALF_UP)
                                .doubleValue()));
        }
    }
}
