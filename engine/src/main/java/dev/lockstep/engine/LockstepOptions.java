package dev.lockstep.engine;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Precision;
import java.util.function.Consumer;

/**
 * How to open a model.
 *
 * @param threads cores that compute; 0 takes all that the process may use
 * @param contextLength most tokens of a text; 0 takes what the model was trained for, at most {@link #DEFAULT_CONTEXT}
 * @param kvType element type of the KV cache
 * @param precision how finely activations are rounded before they meet quantised weights
 * @param engine which machine runs the model
 * @param maxStepTokens most tokens of a prompt that are computed at once; does not change results
 * @param cache whether packed weights and code are kept for the next start
 * @param warnings hears sentences about what goes on in another way than one might expect
 * @param progress hears how far the work of opening is
 */
public record LockstepOptions(
        int threads,
        int contextLength,
        KvType kvType,
        Precision precision,
        EngineChoice engine,
        int maxStepTokens,
        boolean cache,
        Consumer<String> warnings,
        ProgressListener progress) {
    /** Context of a model that was trained for a longer one, unless asked for. */
    public static final int DEFAULT_CONTEXT = 4096;

    /** All cores, float16 KV cache, host machine if there is one; warnings go to standard error. */
    public static final LockstepOptions DEFAULT = new LockstepOptions(
            0, 0, KvType.F16, Precision.NORMAL, EngineChoice.AUTO, 256, true, System.err::println, (_, _, _) -> {});

    public LockstepOptions {
        require(threads >= 0, "threads", threads);
        require(contextLength >= 0, "the context length", contextLength);
        require(maxStepTokens >= 1, "the most tokens of a step", maxStepTokens);
    }

    public LockstepOptions withThreads(int threads) {
        return changed(changes -> changes.threads = threads);
    }

    public LockstepOptions withContextLength(int contextLength) {
        return changed(changes -> changes.contextLength = contextLength);
    }

    public LockstepOptions withKvType(KvType kvType) {
        return changed(changes -> changes.kvType = kvType);
    }

    public LockstepOptions withPrecision(Precision precision) {
        return changed(changes -> changes.precision = precision);
    }

    public LockstepOptions withEngine(EngineChoice engine) {
        return changed(changes -> changes.engine = engine);
    }

    public LockstepOptions withMaxStepTokens(int maxStepTokens) {
        return changed(changes -> changes.maxStepTokens = maxStepTokens);
    }

    public LockstepOptions withCache(boolean cache) {
        return changed(changes -> changes.cache = cache);
    }

    public LockstepOptions withWarnings(Consumer<String> warnings) {
        return changed(changes -> changes.warnings = warnings);
    }

    public LockstepOptions withProgress(ProgressListener progress) {
        return changed(changes -> changes.progress = progress);
    }

    /** The number of threads that {@link #threads} stands for. */
    public int effectiveThreads() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    private static void require(boolean condition, String what, int value) {
        if (!condition) {
            throw new IllegalArgumentException(what + " cannot be " + value);
        }
    }

    private LockstepOptions changed(Consumer<Changes> change) {
        var changes = new Changes(this);
        change.accept(changes);
        return changes.whole();
    }

    private static final class Changes {
        private int threads;
        private int contextLength;
        private KvType kvType;
        private Precision precision;
        private EngineChoice engine;
        private int maxStepTokens;
        private boolean cache;
        private Consumer<String> warnings;
        private ProgressListener progress;

        Changes(LockstepOptions before) {
            threads = before.threads;
            contextLength = before.contextLength;
            kvType = before.kvType;
            precision = before.precision;
            engine = before.engine;
            maxStepTokens = before.maxStepTokens;
            cache = before.cache;
            warnings = before.warnings;
            progress = before.progress;
        }

        LockstepOptions whole() {
            return new LockstepOptions(
                    threads, contextLength, kvType, precision, engine, maxStepTokens, cache, warnings, progress);
        }
    }
}
