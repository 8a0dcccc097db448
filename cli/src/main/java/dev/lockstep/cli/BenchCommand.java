package dev.lockstep.cli;

import dev.lockstep.engine.BenchmarkOptions;
import dev.lockstep.engine.BenchmarkResult;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.ShapeModel;
import dev.lockstep.graph.architecture.WeightTypes;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "bench",
        description = {
            "Measures the speed of a model.",
            "It is set beside what the bandwidth of this computer's memory allows."
        },
        customSynopsis = "lockstep bench [OPTIONS] -m MODEL",
        footer = {
            "",
            "MODEL may also be shape:NAME, a well-known model with random weights of --type.",
            "Examples:",
            "  lockstep bench -m model.gguf",
            "  lockstep bench -m shape:tinyllama-1.1b --type Q4_0 --threads 2 --json"
        })
final class BenchCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--type", paramLabel = "TYPE", description = "Type of the weights of a shape. Default Q4_0.")
    private WeightTypes type = WeightTypes.Q4_0;

    @Option(names = "-p", paramLabel = "N", description = "Tokens of the prompt. Default 256.")
    private int promptTokens = BenchmarkOptions.DEFAULT.promptTokens();

    @Option(names = "-n", paramLabel = "N", description = "Tokens to generate. Default 64.")
    private int generatedTokens = BenchmarkOptions.DEFAULT.generatedTokens();

    @Option(names = "-r", paramLabel = "N", description = "Repetitions; medians are shown. Default 3.")
    private int repetitions = BenchmarkOptions.DEFAULT.repetitions();

    @Option(
            names = "--batch",
            split = ",",
            paramLabel = "N",
            description = "Also time steps of so many sequences at once: 2,4,8.")
    private List<Integer> batches = List.of();

    @Option(names = "--json", description = "Print one object.")
    private boolean json;

    BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var options = UsageException.refusing(
                () -> new BenchmarkOptions(promptTokens, generatedTokens, repetitions, batches));
        var result = measure(options);
        if (json) {
            Json.print(console, result.fields());
        } else {
            print(result);
        }
        return ExitStatus.DONE;
    }

    private BenchmarkResult measure(BenchmarkOptions options) {
        var opening = model.options(console, promptTokens + generatedTokens);
        return switch (model.model()) {
            case ModelReference.File file -> {
                try (var opened = Lockstep.open(file.path(), opening)) {
                    yield announced(() -> opened.benchmark(options));
                }
            }
            case ModelReference.Shape shape -> {
                try (var opened = ShapeModel.open(shape.name(), type, opening)) {
                    yield announced(() -> opened.benchmark(options));
                }
            }
        };
    }

    /** Says on a terminal what takes so long. */
    private BenchmarkResult announced(Supplier<BenchmarkResult> work) {
        if (console.terminals().error()) {
            console.noteInPlace("measuring " + repetitions + " times ...");
        }
        var result = work.get();
        console.eraseNote();
        return result;
    }

    private void print(BenchmarkResult result) {
        line("model", "%s, %s", result.model(), result.type());
        line("machine", "%s, %d threads", result.engine(), result.threads());
        line("prefill", "%s tokens/s (%d tokens)", Printable.rate(result.prefillTps()), promptTokens);
        if (Double.isFinite(result.arithmeticShare())) {
            printArithmetic(result);
        }
        line("decode", "%s tokens/s (%.2f ms per token)", Printable.rate(result.decodeTps()), 1e3 / result.decodeTps());
        if (Double.isFinite(result.bandwidthShare())) {
            printShare(result);
        }
        var jitter = result.jitter();
        line(
                "jitter",
                "90 of 100 tokens within %.2f, 99 within %.2f, all within %.2f x the median around them",
                jitter.p90(),
                jitter.p99(),
                jitter.most());
        line(
                "disturbed",
                "by %d switches to others, %d ms stolen by other machines, %d collections of garbage",
                jitter.disturbances().switches(),
                jitter.disturbances().stolenMs(),
                jitter.disturbances().collections());
        for (BenchmarkResult.Batch batch : result.batches()) {
            line(
                    "batch of " + batch.sequences(),
                    "%.2f ms per step, %.2f x a step of one",
                    batch.stepMs(),
                    batch.ratio());
        }
        line("first token", "%.0f ms", result.firstTokenMs());
        line("memory", "%.0f MB resident", result.residentMb());
        printPhases("prefill", result.prefillPhases());
        printPhases("decode", result.decodePhases());
    }

    /** Where the time went, a line for each kind of phase that takes a hundredth of it or more. */
    private void printPhases(String name, List<BenchmarkResult.Phase> phases) {
        double all =
                phases.stream().mapToDouble(BenchmarkResult.Phase::microseconds).sum();
        if (all == 0) {
            return;
        }
        console.printLine("");
        line(name + " by phase", "%.0f us per token", all);
        for (BenchmarkResult.Phase phase : phases) {
            if (phase.microseconds() >= all / 100) {
                console.printLine("%9.0f us %4.0f %%  %3d x %s"
                        .formatted(
                                phase.microseconds(), 100 * phase.microseconds() / all, phase.count(), phase.work()));
            }
        }
    }

    private void printArithmetic(BenchmarkResult result) {
        line(
                "arithmetic",
                "%.0f %% of %.0f G multiply-adds/s that products alone reach (%.1f M per token)",
                100 * result.arithmeticShare(),
                result.arithmeticGps(),
                result.productsPerToken() / 1e6);
    }

    private void printShare(BenchmarkResult result) {
        double limit = result.bandwidthGbs() * 1e9 / result.bytesPerToken();
        line(
                "limit",
                "%s tokens/s (%.1f MB of weights, keys and values per token, read at %.1f GB/s)",
                Printable.rate(limit),
                result.bytesPerToken() / 1e6,
                result.bandwidthGbs());
        line(
                "share",
                "%.0f %% of the limit, by the readings right beside each few tokens",
                100 * result.bandwidthShare());
    }

    private void line(String name, String format, Object... values) {
        console.printLine("%-12s ".formatted(name) + String.format(Locale.ROOT, format, values));
    }
}
