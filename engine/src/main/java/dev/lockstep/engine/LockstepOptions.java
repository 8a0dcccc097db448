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
        return new LockstepOptions(
                threads, contextLength, kvType, precision, engine, maxStepTokens, cache, warnings, progress);
    }

    public LockstepOptions withContextLength(int contextLength) {
        return new LockstepOptions(
                threads, contextLength, kvType, precision, engine, maxStepTokens, cache, warnings, progress);
    }

    public LockstepOptions withKvType(KvType kvType) {
        return new LockstepOptions(
                threads, contextLength, kvType, precision, engine, maxStepTokens, cache, warnings, progress);
    }

    public LockstepOptions withPrecision(Precision precision) {
        return new LockstepOptions(
                threads, contextLength, kvType, precision, engine, maxStepTokens, cache, warnings, progress);
    }

    public LockstepOptions withEngine(EngineChoice engine) {
        return new LockstepOptions(
                threads, contextLength, kvType, precision, engine, maxStepTokens, cache, warnings, progress);
    }

    public LockstepOptions withMaxStepTokens(int maxStepTokens) {
        return new LockstepOptions(
                threads, contextLength, kvType, precision, engine, maxStepTokens, cache, warnings, progress);
    }

    public LockstepOptions withCache(boolean cache) {
        return new LockstepOptions(
                threads, contextLength, kvType, precision, engine, maxStepTokens, cache, warnings, progress);
    }

    public LockstepOptions withWarnings(Consumer<String> warnings) {
        return new LockstepOptions(
                threads, contextLength, kvType, precision, engine, maxStepTokens, cache, warnings, progress);
    }

    public LockstepOptions withProgress(ProgressListener progress) {
        return new LockstepOptions(
                threads, contextLength, kvType, precision, engine, maxStepTokens, cache, warnings, progress);
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
}
