package dev.lockstep.cli;

import dev.lockstep.engine.EngineChoice;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.LockstepOptions;
import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Precision;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "accuracy",
        description = {
            "Compares the logits of quantised models with exact ones.",
            "Those of another engine, if there are any, are shown beside them."
        },
        customSynopsis = "lockstep accuracy [OPTIONS] DIRECTORY",
        footer = {
            "",
            "Examples:",
            "  lockstep accuracy ../shared/conformance -o docs/accuracy.md",
            "  lockstep accuracy ../shared/conformance --only k256-Q4_K"
        })
final class AccuracyCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "DIRECTORY", description = "The conformance data.")
    private @Nullable Path directory;

    @Mixin
    private final PageOutput output = new PageOutput();

    @Option(names = "--only", paramLabel = "TEXT", description = "Only files with this in their name.")
    private String only = "";

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "host, or reference (Java, slow, same bits).")
    private EngineChoice engine = EngineChoice.AUTO;

    AccuracyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<ReferenceRun> runs = ReferenceRun.all(Given.required(directory)).stream()
                .filter(run -> run.name().contains(only))
                .filter(run -> types(run).stream().anyMatch(TensorType::quantized))
                .toList();
        if (runs.isEmpty()) {
            throw new UsageException(directory + ": has no quantised llama model with '" + only + "' in its name");
        }
        List<AccuracyResult> results = new ArrayList<>();
        Set<String> refused = new LinkedHashSet<>();
        var progress = new ProgressBar(console);
        for (int i = 0; i < runs.size(); i++) {
            ReferenceRun run = runs.get(i);
            if (types(run).stream().allMatch(TensorType::computable)) {
                results.add(measure(run));
            } else {
                refused.add(run.name());
            }
            progress.progress("computing logits", i + 1, runs.size());
        }
        output.write(console, new AccuracyReport(runs.getFirst().engine(), results, refused).markdown());
        return ExitStatus.DONE;
    }

    private static List<TensorType> types(ReferenceRun run) {
        try (var file = ModelFiles.open(run.model())) {
            return file.tensors().values().stream().map(Tensor::type).toList();
        }
    }

    private AccuracyResult measure(ReferenceRun run) {
        float[] exact = ReferenceRun.floats(run.exact());
        int width = exact.length / run.tokens().length;
        return new AccuracyResult(
                run.name(),
                run.type(),
                LogitsError.between(exact, ReferenceRun.floats(run.logits()), width),
                error(run, exact, Precision.NORMAL, KvType.F32),
                error(run, exact, Precision.HIGH, KvType.F32),
                error(run, exact, Precision.NORMAL, KvType.F16),
                error(run, exact, Precision.NORMAL, KvType.Q8));
    }

    private LogitsError error(ReferenceRun run, float[] exact, Precision precision, KvType kvType) {
        int width = exact.length / run.tokens().length;
        return LogitsError.between(exact, logits(run, precision, kvType, exact.length), width);
    }

    private float[] logits(ReferenceRun run, Precision precision, KvType kvType, int count) {
        var options = LockstepOptions.DEFAULT
                .withEngine(engine)
                .withKvType(kvType)
                .withPrecision(precision)
                .withWarnings(_ -> {});
        var all = new float[count];
        try (var model = Lockstep.open(run.model(), options)) {
            int width = model.machine().vocabularySize();
            model.logits(
                    run.tokens(),
                    (position, logits, offset) -> System.arraycopy(logits, offset, all, position * width, width));
        }
        return all;
    }
}
