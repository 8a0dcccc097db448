package dev.lockstep.engine;

import dev.lockstep.graph.machine.Machine;
import dev.lockstep.host.HostMachine;
import dev.lockstep.host.MemoryBandwidth;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Times random tokens through a machine: no text, no sampling. */
final class Benchmark {
    private static final long SEED = 42;

    private final Program program;
    private final BenchmarkOptions options;
    private final double[] prefillSeconds;
    private final double[] decodeSeconds;
    private final double[] bandwidths;
    private double residentBytes;

    private Benchmark(Program program, BenchmarkOptions options) {
        this.program = program;
        this.options = options;
        this.prefillSeconds = new double[options.repetitions()];
        this.decodeSeconds = new double[options.repetitions()];
        this.bandwidths = new double[options.repetitions() + 1];
        Arrays.fill(bandwidths, Double.NaN);
    }

    static BenchmarkResult run(Program program, BenchmarkOptions options) {
        Machine machine = program.machine();
        int positions = options.promptTokens() + options.generatedTokens();
        if (positions > machine.contextLength()) {
            throw new EngineException("the benchmark needs " + positions + " positions, but the context holds "
                    + machine.contextLength() + "; measure fewer tokens or open the model with a larger context");
        }
        var benchmark = new Benchmark(program, options);
        benchmark.measure(machine);
        return benchmark.result();
    }

    private void measure(Machine machine) {
        var random = new SplittableRandom(SEED);
        int[] tokens = random.ints(options.promptTokens() + options.generatedTokens(), 0, machine.vocabularySize())
                .toArray();
        int[] prompt = Arrays.copyOf(tokens, options.promptTokens());
        try (var session = new Session(machine)) {
            warmUp(session, prompt);
            if (machine instanceof HostMachine host) {
                host.resetPhaseTimes();
            }
            residentBytes = ResidentMemory.bytes();
            var memory = MemoryBandwidth.open(program.threads());
            for (int repetition = 0; repetition < options.repetitions(); repetition++) {
                int before = repetition;
                memory.ifPresent(m -> bandwidths[before] = m.measure());
                session.clear();
                long start = System.nanoTime();
                while (session.length() < prompt.length) {
                    session.prefill(prompt);
                }
                long prefilled = System.nanoTime();
                for (int i = prompt.length; i < tokens.length; i++) {
                    session.append(tokens[i]);
                }
                long end = System.nanoTime();
                prefillSeconds[repetition] = (prefilled - start) / 1e9;
                decodeSeconds[repetition] = (end - prefilled) / 1e9;
            }
            memory.ifPresent(m -> bandwidths[options.repetitions()] = m.measure());
            memory.ifPresent(MemoryBandwidth::close);
        }
    }

    /** One prefill step and one decode step, so that no code and no page of weights is met for the first time. */
    private static void warmUp(Session session, int[] prompt) {
        session.prefill(prompt);
        if (session.length() < session.contextLength()) {
            session.append(prompt[0]);
        }
    }

    private BenchmarkResult result() {
        double bandwidth = median(bandwidths);
        double prefill = median(prefillSeconds);
        double decode = options.generatedTokens() / median(decodeSeconds);
        long bytes = WeightTraffic.bytesPerToken(program.graph());
        return new BenchmarkResult(
                program.name(),
                program.type(),
                program.machine().name(),
                program.threads(),
                options.promptTokens() / prefill,
                decode,
                bytes,
                bandwidth,
                bytes * decode / (bandwidth * 1e9),
                prefill * 1e3,
                residentBytes / 1e6,
                phases(true, options.promptTokens()),
                phases(false, options.generatedTokens()));
    }

    private List<BenchmarkResult.Phase> phases(boolean severalTokens, int tokens) {
        if (!(program.machine() instanceof HostMachine host)) {
            return List.of();
        }
        double all = (double) tokens * options.repetitions();
        return host.phaseTimes(severalTokens).stream()
                .map(time -> new BenchmarkResult.Phase(time.label(), time.phases(), time.nanoseconds() / all / 1e3))
                .toList();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
