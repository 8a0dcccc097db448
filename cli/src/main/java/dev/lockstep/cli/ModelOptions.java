package dev.lockstep.cli;

import dev.lockstep.engine.EngineChoice;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.LockstepOptions;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Precision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model, and how it is opened. */
final class ModelOptions {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            converter = ModelReference.Converter.class,
            description = "A GGUF file, a directory, a name, or demo.")
    private @Nullable ModelReference model;

    @Option(
            names = {"-c", "--ctx"},
            paramLabel = "N",
            description = "Tokens of context; default: as trained, up to 4096.")
    private int contextLength;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "T",
            description = "Cores to compute with; default: all.")
    private int threads;

    @Option(
            names = {"--kv", "--kv-type"},
            paramLabel = "TYPE",
            description = "Type of the KV cache, f16, q8 or f32; default f16, with --precision high f32.")
    private @Nullable KvType kvType;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            defaultValue = "normal",
            description = "normal, or high: activations of 16 bits, not 8.")
    private Precision precision = Precision.NORMAL;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "host, or reference (Java, slow, same bits).")
    private EngineChoice engine = EngineChoice.AUTO;

    @Option(names = "--no-cache", description = "Keep nothing for the next start, use nothing kept.")
    private boolean noCache;

    @Option(names = "--timings", description = "Say when what was done, up to the first token.")
    private boolean timings;

    /** @throws UsageException if none is named */
    ModelReference model() {
        if (model == null) {
            throw new UsageException("no model is named; give one with -m FILE, or -m demo for the embedded one");
        }
        return model;
    }

    /** For verbs that are to do something without being told with what. */
    void takeDemoUnlessNamed(Console console) {
        if (model == null) {
            model = ModelReference.demo();
            console.note("lockstep: no model is named, so this is the small embedded one; -m FILE takes another");
        }
    }

    /** Opens the model file, with progress and warnings on standard error. */
    Lockstep open(Console console) {
        return Lockstep.open(model().file(), options(console, 0));
    }

    /** @param otherwise context length where the user gave none; 0 leaves it to the engine */
    LockstepOptions options(Console console, int otherwise) {
        if (threads < 0) {
            throw new UsageException("--threads is " + threads + ", must be 1 or more");
        }
        if (timings) {
            console.startTimings(new Timings());
            console.passed("command line understood");
        }
        return UsageException.refusing(() -> LockstepOptions.DEFAULT
                .withThreads(threads)
                .withContextLength(contextLength == 0 ? otherwise : contextLength)
                .withKvType(kvType == null ? precision.kvType() : kvType)
                .withPrecision(precision)
                .withEngine(engine)
                .withCache(!noCache)
                .withWarnings(warning -> console.note("lockstep: warning: " + warning))
                .withProgress(new ProgressBar(console)));
    }
}
