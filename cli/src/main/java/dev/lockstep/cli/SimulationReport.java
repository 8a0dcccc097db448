package dev.lockstep.cli;

import dev.lockstep.compiler.lower.LpuSequence;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.simulator.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a simulation took, for people and for programs. */
final class SimulationReport {
    /** Steps of the chain that are told. */
    private static final int LONGEST = 4;

    private final Simulation simulation;
    private final Machine machine;

    SimulationReport(Simulation simulation, Machine machine) {
        this.simulation = simulation;
        this.machine = machine;
    }

    /** The fields of {@code --json}. */
    Map<String, Object> fields() {
        LpuSequence sequence = simulation.sequence();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", simulation.text());
        fields.put("tokens", simulation.generated());
        fields.put("prompt_tokens", simulation.promptTokens());
        fields.put("generated_tokens", simulation.generated().size());
        fields.put("prefill_tps", perSecond(simulation.promptTokens(), simulation.promptCycles()));
        fields.put(
                "decode_tps",
                perSecond(
                        sequence.length() - simulation.promptTokens(), sequence.cycles() - simulation.promptCycles()));
        fields.put("finish_reason", simulation.reason().word());
        fields.put("chips", simulation.model().chips());
        fields.put("machine", machine.name());
        fields.put("cycles_per_token", cyclesPerToken());
        fields.put("microseconds_per_token", microsecondsPerToken());
        fields.put("floor_cycles_per_token", simulation.model().floor());
        fields.put("chain_cycles_per_token", chainCycles());
        fields.put("chain", path());
        fields.put("predicted_cycles", sequence.predictedCycles());
        fields.put("simulated_cycles", sequence.cycles());
        fields.put("conflicts", simulation.conflicts());
        fields.put("link_bytes_per_token", linkBytesPerToken());
        fields.put("text_bytes_per_token", textBytesPerToken());
        Map<String, Double> units = new LinkedHashMap<>();
        for (Queue.Unit unit : Queue.Unit.values()) {
            units.put(unit.text(), utilisation(unit));
        }
        fields.put("utilisation", units);
        fields.put("assumptions", assumptions());
        return fields;
    }

    List<String> lines() {
        LpuSequence sequence = simulation.sequence();
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(line(
                "chips",
                "%d of %s, %.0f MHz",
                simulation.model().chips(),
                machine.name(),
                1e3 / machine.nanoseconds(1)));
        lines.add(line(
                "time",
                "%.0f cycles = %.2f µs a token, %.0f tokens/s; %d tokens simulated in %d s",
                cyclesPerToken(),
                microsecondsPerToken(),
                1e6 / microsecondsPerToken(),
                sequence.length(),
                simulation.seconds()));
        lines.add(line(
                "schedule",
                "%d cycles predicted, %d simulated, %d conflicts",
                sequence.predictedCycles(),
                sequence.cycles(),
                simulation.conflicts()));
        lines.add(line(
                "floor",
                "%d cycles a token, for weights and hops alone: %.0f %% of the time",
                simulation.model().floor(),
                100 * simulation.model().floor() / cyclesPerToken()));
        lines.add(line(
                "chain",
                "%d cycles of steps that need one another, %.0f %% of the time; mostly %s",
                chainCycles(),
                100 * chainCycles() / cyclesPerToken(),
                path().entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .limit(LONGEST)
                        .map(step -> "%s %d".formatted(step.getKey(), step.getValue()))
                        .collect(Collectors.joining(", "))));
        lines.add(line("links", "%.0f bytes a token", linkBytesPerToken()));
        lines.add(line("text", "%.0f bytes of program text fetched a token", textBytesPerToken()));
        for (Queue.Unit unit : Queue.Unit.values()) {
            lines.add(line(
                    unit == Queue.Unit.MEMORY ? "busy" : "", "%5.1f %% of %s", 100 * utilisation(unit), words(unit)));
        }
        lines.add(line("assumed", "%s", String.join(", ", assumptions())));
        return lines;
    }

    /** The chain of kernels that depend on one another, of the last token's program. */
    private Map<String, Long> path() {
        int last = Math.max(0, simulation.sequence().length() - 1);
        return simulation.model().program(last).path();
    }

    private long chainCycles() {
        return path().values().stream().mapToLong(Long::longValue).sum();
    }

    private double cyclesPerToken() {
        return (double) simulation.sequence().cycles()
                / Math.max(1, simulation.sequence().length());
    }

    /** Null where nothing was computed. */
    private @Nullable Double perSecond(int tokens, long cycles) {
        return tokens == 0 ? null : tokens / (cycles * machine.nanoseconds(1) / 1e9);
    }

    private double microsecondsPerToken() {
        return cyclesPerToken() * machine.nanoseconds(1000) / 1e6;
    }

    private double linkBytesPerToken() {
        return bytesPerToken(Action.LINK_VECTOR);
    }

    private double textBytesPerToken() {
        return bytesPerToken(Action.TEXT_VECTOR);
    }

    private double bytesPerToken(Action vectors) {
        return (double) simulation.activity().count(vectors)
                * machine.lanes()
                / Math.max(1, simulation.sequence().length());
    }

    private double utilisation(Queue.Unit unit) {
        return simulation.activity().utilisation(unit, simulation.sequence().cycles())
                / simulation.model().chips();
    }

    private List<String> assumptions() {
        List<String> assumptions = new ArrayList<>(machine.assumptions().stream()
                .map(parameter -> parameter.quantity().path())
                .toList());
        if (!simulation.model().textInMemory()) {
            assumptions.add("program text in the queues");
        }
        return assumptions;
    }

    private static String words(Queue.Unit unit) {
        return switch (unit) {
            case MEMORY -> "memory slices";
            case ALU -> "vector ALUs";
            case TRANSPOSER -> "transposers";
            case DISTRIBUTOR -> "distributors";
            case PERMUTER -> "permuters";
            case SHIFTER -> "shifters";
            case LINK -> "ports";
            case WEIGHTS -> "weight loading";
            case ACTIVATIONS -> "multiplication";
            case ACCUMULATORS -> "accumulation";
        };
    }

    private static String line(String name, String format, Object... values) {
        return "%-10s".formatted(name) + String.format(Locale.ROOT, format, values);
    }
}
