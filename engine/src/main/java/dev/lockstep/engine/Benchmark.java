package dev.lockstep.engine;

import dev.lockstep.graph.machine.Machine;
import dev.lockstep.host.ArithmeticPeak;
import dev.lockstep.host.HostMachine;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Times random tokens through a machine: no text, no sampling. */
final class Benchmark {
    private static final long SEED = 42;
    private static final int WARM_UP_TOKENS = 8;
    private static final long WARM_UP_NANOS = 500_000_000;

    private final Program program;
    private final BenchmarkOptions options;
    private final Samples prefillSeconds;
    private final Samples decodeSeconds;
    private final Samples stepSeconds;
    private final ReadBandwidth bandwidth;
    private final long[] bytesRead;
    private final Samples peaks;
    private List<BenchmarkResult.Phase> prefillPhases = List.of();
    private List<BenchmarkResult.Phase> decodePhases = List.of();
    private List<BenchmarkResult.Batch> batches = List.of();
    private double residentBytes;
    private Disturbances disturbances = new Disturbances(0, 0, 0);

    private Benchmark(Program program, BenchmarkOptions options) {
        this.program = program;
        this.options = options;
        this.prefillSeconds = new Samples(options.repetitions());
        this.decodeSeconds = new Samples(options.repetitions());
        this.stepSeconds = new Samples(options.repetitions() * options.generatedTokens());
        this.bandwidth = new ReadBandwidth(program.machine(), options);
        this.bytesRead = bytesRead(program, options);
        this.peaks = new Samples(options.repetitions());
    }

    static BenchmarkResult run(Program program, BenchmarkOptions options) {
        Machine machine = program.machine();
        int positions = options.promptTokens() + options.generatedTokens();
        if (positions > machine.contextLength()) {
            throw new EngineException("the benchmark needs " + positions + " positions, but the context holds "
                    + machine.contextLength() + "; measure fewer tokens or open the model with a larger context");
        }
        options.batches().stream()
                .filter(size -> size > machine.maxStepTokens())
                .findAny()
                .ifPresent(size -> {
                    throw new EngineException(
                            "a batch of " + size + " sequences; a step takes at most " + machine.maxStepTokens());
                });
        var benchmark = new Benchmark(program, options);
        benchmark.measure(machine);
        return benchmark.result();
    }

    /** What each token that is decoded reads: all weights, and the keys and values of those before it. */
    private static long[] bytesRead(Program program, BenchmarkOptions options) {
        long weights = WeightTraffic.bytesPerToken(program.graph());
        int first = options.promptTokens();
        return IntStream.range(first, first + options.generatedTokens())
                .mapToLong(position -> weights + program.graph().kvBytesSeen(program.kvType(), position))
                .toArray();
    }

    private void measure(Machine machine) {
        var random = new SplittableRandom(SEED);
        int[] tokens = random.ints(options.promptTokens() + options.generatedTokens(), 0, machine.vocabularySize())
                .toArray();
        int[] prompt = Arrays.copyOf(tokens, options.promptTokens());
        try (var text = new BenchmarkText(machine)) {
            warmUp(machine, text, prompt);
            if (machine instanceof HostMachine host) {
                host.resetPhaseTimes();
            }
            residentBytes = ResidentMemory.bytes();
            var arithmetic = ArithmeticPeak.open(program.threads(), WeightTraffic.mainType(program.graph()));
            for (int repetition = 0; repetition < options.repetitions(); repetition++) {
                arithmetic.ifPresent(a -> peaks.add(a.measure()));
                text.clear();
                var before = Disturbances.soFar();
                long start = System.nanoTime();
                while (text.length() < prompt.length) {
                    text.prefill(prompt);
                }
                prefillSeconds.add((System.nanoTime() - start) / 1e9);
                decodeSeconds.add(decode(text, Arrays.copyOfRange(tokens, prompt.length, tokens.length)));
                disturbances = disturbances.plus(Disturbances.soFar().minus(before));
            }
            arithmetic.ifPresent(ArithmeticPeak::close);
        }
        prefillPhases = phases(true, options.promptTokens());
        decodePhases = phases(false, options.generatedTokens());
        batches = BatchBenchmark.run(machine, options.batches(), options.generatedTokens(), options.repetitions());
    }

    /** Appends tokens, and returns the seconds that took. */
    private double decode(BenchmarkText text, int[] tokens) {
        double all = 0;
        bandwidth.begin();
        for (int i = 0; i < tokens.length; i++) {
            long start = System.nanoTime();
            text.append(tokens[i]);
            double seconds = (System.nanoTime() - start) / 1e9;
            stepSeconds.add(seconds);
            bandwidth.add(seconds, bytesRead[i]);
            all += seconds;
        }
        bandwidth.end();
        return all;
    }

    /** Steps of either kind in turn, so that no page of weights is met for the first time, and the JVM is done with compiling what they call. */
    private static void warmUp(Machine machine, BenchmarkText text, int[] prompt) {
        long end = System.nanoTime() + WARM_UP_NANOS;
        do {
            text.clear();
            text.prefill(prompt);
            for (int i = 0; i < WARM_UP_TOKENS && text.length() < machine.contextLength(); i++) {
                text.append(prompt[0]);
            }
        } while (System.nanoTime() < end);
    }

    private BenchmarkResult result() {
        double prefill = prefillSeconds.quantile(0.5);
        double decode = options.generatedTokens() / decodeSeconds.quantile(0.5);
        long products = WeightTraffic.promptProducts(program.graph());
        double peak = peaks.quantile(0.5);
        return new BenchmarkResult(
                program.name(),
                program.type(),
                program.machine().name(),
                program.threads(),
                options.promptTokens() / prefill,
                decode,
                Math.round(LongStream.of(bytesRead).average().orElseThrow()),
                bandwidth.median() / 1e9,
                bandwidth.share(),
                products,
                peak,
                products * options.promptTokens() / prefill / (peak * 1e9),
                prefill * 1e3,
                residentBytes / 1e6,
                stepSeconds.quantile(0.5) * 1e3,
                stepSeconds.quantile(0.99) * 1e3,
                Jitter.of(stepSeconds.values(), options.generatedTokens(), disturbances),
                prefillPhases,
                decodePhases,
                batches);
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
}
