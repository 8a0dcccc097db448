package dev.lockstep.engine.service;

import dev.lockstep.engine.ByteSize;
import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.Machine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who may have how much KV memory: running texts and the prefix cache share what there is. A block that both hold belongs to the
 * cache.
 */
final class KvMemory implements AutoCloseable {
    private final Optional<SpillFile> spill;
    private final PrefixCache cache;
    private final long blockBytes;
    private long limitBytes;
    private long takenBytes;

    /**
     * @param machine whose blocks the cache keeps
     * @param bytes most memory; one text of the machine's full context gets its memory in any case
     */
    KvMemory(Machine machine, long bytes, Optional<SpillFile> spill) {
        this.spill = spill;
        this.cache = new PrefixCache(machine, spill);
        this.blockBytes = Math.max(1, machine.kvBlockBytes());
        this.limitBytes = Math.max(KvLayout.blocks(machine.contextLength()) * blockBytes, bytes);
    }

    PrefixCache cache() {
        return cache;
    }

    /** What the cache has of a text, pinned; at most so many positions. */
    List<PrefixCache.Node> pinPrefix(int[] tokens, int most) {
        return cache.pinPrefix(tokens, most, () -> roomFor(1));
    }

    /** Puts the blocks of a file into the cache, as many as there is room for, and says of how many tokens. */
    int restore(SessionFile session, Machine machine) {
        int[] tokens = session.tokens();
        List<PrefixCache.Node> path = pinPrefix(tokens, session.blocks() * KvLayout.BLOCK);
        try {
            while (path.size() < session.blocks() && roomFor(1)) {
                int index = path.size();
                cache.extend(
                        path, new TokenBlock(tokens, index * KvLayout.BLOCK), machine.restore(session.block(index)));
            }
            return path.size() * KvLayout.BLOCK;
        } finally {
            cache.unpin(path);
        }
    }

    /** Takes blocks for a text, at the cost of the cache if need be; all or none. */
    boolean take(int blocks) {
        return takeBytes(blocks * blockBytes);
    }

    /** Takes memory for whatever else belongs to a text, at the cost of the cache if need be; all or nothing. */
    boolean takeBytes(long bytes) {
        if (!roomForBytes(bytes)) {
            return false;
        }
        takenBytes += bytes;
        return true;
    }

    /** Makes room for blocks, at the cost of the cache; false if there is not enough. */
    boolean roomFor(int blocks) {
        return roomForBytes(blocks * blockBytes);
    }

    private boolean roomForBytes(long bytes) {
        long missing = takenBytes + cachedBytes() + bytes - limitBytes;
        int blocks = (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(missing, blockBytes));
        return blocks <= 0 || cache.evict(blocks) == blocks;
    }

    /** Lives with an eighth less than what is taken now, which the system could not give. */
    void shrink() {
        long asked = takenBytes + cachedBytes();
        limitBytes = Math.max(blockBytes, asked - Math.max(blockBytes, asked / 8));
    }

    /** What a text is told for which there is too little, though it has all. */
    OverloadedException tooLittle() {
        return new OverloadedException(
                "the system gives no more memory for the KV cache than " + ByteSize.print(limitBytes())
                        + ", which is too little for this request; try again later, or with less text",
                Duration.ofSeconds(10));
    }

    void giveBack(int blocks) {
        giveBackBytes(blocks * blockBytes);
    }

    void giveBackBytes(long bytes) {
        takenBytes -= bytes;
    }

    long takenBytes() {
        return takenBytes;
    }

    long cachedBytes() {
        return cache.size() * blockBytes;
    }

    long spilledBytes() {
        return cache.spilled() * blockBytes;
    }

    long limitBytes() {
        return limitBytes;
    }

    @Override
    public void close() {
        spill.ifPresent(SpillFile::close);
    }
}
