package dev.lockstep.engine.service;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.Machine;

/**
 * Who may have how much KV memory: running texts and the prefix cache share what there is. A block that both hold belongs to the
 * cache.
 */
final class KvMemory {
    private final PrefixCache cache = new PrefixCache();
    private final long blockBytes;
    private final int limit;
    private int taken;

    /** @param bytes most memory; one text of the machine's full context gets its memory in any case */
    KvMemory(Machine machine, long bytes) {
        this.blockBytes = Math.max(1, machine.kvBlockBytes());
        this.limit = (int)
                Math.min(Integer.MAX_VALUE, Math.max(KvLayout.blocks(machine.contextLength()), bytes / blockBytes));
    }

    PrefixCache cache() {
        return cache;
    }

    /** Takes blocks for a text, at the cost of the cache if need be; all or none. */
    boolean take(int blocks) {
        int missing = taken + cache.size() + blocks - limit;
        if (missing > 0 && cache.evict(missing) < missing) {
            return false;
        }
        taken += blocks;
        return true;
    }

    void giveBack(int blocks) {
        taken -= blocks;
    }

    long takenBytes() {
        return taken * blockBytes;
    }

    long cachedBytes() {
        return cache.size() * blockBytes;
    }

    long limitBytes() {
        return limit * blockBytes;
    }
}
