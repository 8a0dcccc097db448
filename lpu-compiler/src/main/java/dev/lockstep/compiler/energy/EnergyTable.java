package dev.lockstep.compiler.energy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What one action costs. */
public final class EnergyTable {
    /** @param status {@code assumed}, or {@code derived} from something published */
    public record Row(String action, double picojoules, String status, String source) {
        public boolean assumed() {
            return status.equals("assumed");
        }
    }

    private final List<Row> rows;

    private EnergyTable(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /** The table for {@code lpu-v1}. */
    public static EnergyTable lpuV1() {
        try (InputStream in = Objects.requireNonNull(EnergyTable.class.getResourceAsStream("lpu-v1.csv"))) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static EnergyTable parse(String text) {
        List<Row> rows = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("#") || line.startsWith("action,") || line.isBlank()) {
                continue;
            }
            String[] fields = line.split(",", 4);
            rows.add(new Row(fields[0], Double.parseDouble(fields[1]), fields[2], fields[3].replace("\"", "")));
        }
        return new EnergyTable(rows);
    }

    public List<Row> rows() {
        return rows;
    }

    /** @throws IllegalArgumentException if the table lacks the action: an energy without it would be wrong in silence */
    public Row row(String action) {
        return rows.stream()
                .filter(row -> row.action().equals(action))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the energy table has no row for " + action));
    }
}
