package dev.lockstep.host;

import dev.lockstep.graph.machine.KvBlock;
import java.lang.foreign.MemorySegment;

/** A block of a machine's KV memory, and how many hold it: sequences, and whoever shares it with them. */
final class HostBlock implements KvBlock {
    private final KvBlocks pool;
    private final MemorySegment memory;
    private int holders;

    HostBlock(KvBlocks pool, MemorySegment memory) {
        this.pool = pool;
        this.memory = memory;
    }

    HostBlock held() {
        holders++;
        return this;
    }

    boolean shared() {
        return holders > 1;
    }

    boolean usableWith(KvBlocks pool) {
        return holders > 0 && this.pool == pool;
    }

    MemorySegment memory() {
        return memory;
    }

    @Override
    public void copyTo(MemorySegment target) {
        MemorySegment.copy(memory, 0, target, 0, memory.byteSize());
    }

    @Override
    public void close() {
        if (holders == 0) {
            throw new IllegalStateException("nobody holds this block");
        }
        holders--;
        if (holders == 0) {
            pool.giveBack(this);
        }
    }
}
