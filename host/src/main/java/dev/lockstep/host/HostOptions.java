package dev.lockstep.host;

import dev.lockstep.graph.KvType;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.tensor.Tensor;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How a host machine is made. None of these changes results, except the type of the KV cache.
 *
 * @param threads cores that walk the schedule
 * @param kvType what keys and values are rounded to
 * @param contextLength most positions of a sequence
 * @param maxStepTokens most tokens of a step
 * @param target the instruction set to use; empty takes what the machine has
 * @param progress hears how far the work of opening is
 * @param cache where code and packed weights are kept; empty makes them anew
 * @param packed hears of tensors that were packed, and that only embeddings may be read from any more; of none where there is a cache
 */
public record HostOptions(
        int threads,
        KvType kvType,
        int contextLength,
        int maxStepTokens,
        Optional<Target> target,
        HostProgress progress,
        Optional<HostCache> cache,
        Consumer<Tensor> packed) {
    public HostOptions {
        if (threads < 1 || contextLength < 1 || maxStepTokens < 1) {
            throw new IllegalArgumentException("threads, context and tokens of a step must be positive, not " + threads
                    + ", " + contextLength + ", " + maxStepTokens);
        }
    }

    /** Options for work without a cache. */
    public HostOptions(
            int threads,
            KvType kvType,
            int contextLength,
            int maxStepTokens,
            Optional<Target> target,
            HostProgress progress) {
        this(threads, kvType, contextLength, maxStepTokens, target, progress, Optional.empty(), _ -> {});
    }
}
