package dev.lockstep.engine.service;

import dev.lockstep.engine.ByteSize;
import dev.lockstep.engine.EngineException;
import dev.lockstep.graph.KvLayout;
import java.util.OptionalLong;

/** How much memory a service takes for KV caches, decided at its start: what was asked for has to be there. */
final class KvBudget {
    private static final long USUAL = 2L << 30;

    private KvBudget() {}

    /**
     * The bytes to take.
     *
     * @param blockBytes memory of a text for every {@link KvLayout#BLOCK} tokens
     * @param free memory that there is, if the system tells
     * @throws EngineException if there is not enough; the sentence says how much it would be, and what helps
     */
    static long bytes(ServiceOptions options, int contextLength, long blockBytes, OptionalLong free) {
        long text = KvLayout.blocks(contextLength) * blockBytes;
        long there = free.orElse(Long.MAX_VALUE);
        if (text > there) {
            throw new EngineException(
                    "one text of %d tokens needs %s of KV cache, but %s of memory are free; take a smaller context, or an 8-bit KV cache, or close other programs"
                            .formatted(contextLength, ByteSize.print(text), ByteSize.print(there)));
        }
        if (options.kvBytes() == ServiceOptions.ENOUGH) {
            return Math.max(text, Math.min(USUAL, there / 2));
        }
        long asked = Math.max(text, options.kvBytes());
        if (asked > there) {
            throw new EngineException(
                    "%s of KV cache are asked for, but %s of memory are free (%d texts of %d tokens would take %s, one takes %s); ask for less KV memory, or take a smaller context or an 8-bit KV cache"
                            .formatted(
                                    ByteSize.print(asked),
                                    ByteSize.print(there),
                                    options.maxRunning(),
                                    contextLength,
                                    ByteSize.print(options.maxRunning() * text),
                                    ByteSize.print(text)));
        }
        return asked;
    }
}
