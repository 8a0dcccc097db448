package dev.lockstep.cli;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The page {@code docs/accuracy.md}. */
final class AccuracyReport {
    private static final String HEADER = """
            | %s | KL %s | KL ours | ours is | rms %2$s | rms ours | max %2$s | max ours | top-1 %2$s | top-1 ours | KL high | rms high | rms normal / high |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|
            """;

    private final String engine;
    private final List<AccuracyResult> results;
    private final Collection<String> refused;

    /**
     * @param engine the other engine
     * @param refused names of files whose types cannot be computed with
     */
    AccuracyReport(String engine, List<AccuracyResult> results, Collection<String> refused) {
        this.engine = engine;
        this.results = results;
        this.refused = refused;
    }

    String markdown() {
        Map<String, AccuracyResult> types = new LinkedHashMap<>();
        results.forEach(result -> types.merge(result.type(), result, AccuracyResult::plus));
        var text = new StringBuilder("""
                # Accuracy

                Written by `lockstep accuracy`; do not edit. Logits of quantised models against exact ones: the same weights expanded to
                float32, with nothing rounded on the way. Theirs are stored results of %s, which rounds activations to 8 bits in
                blocks of 32 (256 for the K types); ours are computed with a float32 KV cache, as theirs were, and are the same on every machine.

                * **KL** is the mean over positions of the Kullback-Leibler divergence of the exact distribution from the run's, in nats.
                * **rms** and **max** are errors of logits in standard deviations of the exact logits; **top-1** is the share of positions with the same likeliest token.
                * *Better* and *worse* mean a mean difference of the KL, position by position, of more than two standard errors; *equal* is less. Of
                  comparisons between engines that round alike, one in twenty shows more by chance, and there are several dozen here.
                * **high** is `--precision high`: activations of 16 bits.

                ## By type of the file's weights

                """.formatted(engine));
        table(text, "type", types.values(), AccuracyResult::type);
        text.append("\n## By file\n\n");
        table(text, "file", results, AccuracyResult::name);
        kvCache(text);
        if (!refused.isEmpty()) {
            text.append("\nNot measured, since this version cannot compute with their types: ")
                    .append(String.join(", ", refused))
                    .append(".\n");
        }
        return text.toString();
    }

    /** What the rounding of keys and values adds, over all files. */
    private void kvCache(StringBuilder text) {
        AccuracyResult all = results.stream().reduce(AccuracyResult::plus).orElseThrow();
        text.append("""

                ## By type of the KV cache

                Over all files, with activations of 8 bits.

                | `--kv-type` | KL | rms | max | top-1 | KL differs from that of f32 by |
                |---|---|---|---|---|---|
                """);
        kvLine(text, "f32", all.ours(), all.ours());
        kvLine(text, "f16", all.f16(), all.ours());
        kvLine(text, "q8", all.q8(), all.ours());
    }

    private static void kvLine(StringBuilder text, String name, LogitsError error, LogitsError exact) {
        double errors = exact.standardErrorsBelow(error);
        text.append(String.format(
                Locale.ROOT,
                "| %s | %.3e | %.4f | %.3f | %.3f | %s |\n",
                name,
                error.meanDivergence(),
                error.rms(),
                error.largest(),
                share(error),
                Double.isNaN(errors) ? "" : String.format(Locale.ROOT, "%+.1f standard errors", errors)));
    }

    private static void table(
            StringBuilder text, String first, Collection<AccuracyResult> rows, Function<AccuracyResult, String> name) {
        text.append(HEADER.formatted(first, "llama.cpp"));
        rows.forEach(row -> text.append(line(name.apply(row), row)));
    }

    private static String line(String name, AccuracyResult row) {
        return String.format(
                Locale.ROOT,
                "| %s | %.2e | %.2e | %s | %.4f | %.4f | %.3f | %.3f | %.3f | %.3f | %.1e | %.1e | %.0f |\n",
                name,
                row.theirs().meanDivergence(),
                row.ours().meanDivergence(),
                row.verdict(),
                row.theirs().rms(),
                row.ours().rms(),
                row.theirs().largest(),
                row.ours().largest(),
                share(row.theirs()),
                share(row.ours()),
                row.high().meanDivergence(),
                row.high().rms(),
                row.reduction());
    }

    private static double share(LogitsError error) {
        return (double) error.agreed() / error.positions();
    }
}
