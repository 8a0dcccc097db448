package dev.lockstep.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/** The blocks of a machine's KV cache: made when first needed, used again when a sequence gives them back. */
final class KvBlocks {
    private static final long ALIGNMENT = 64;

    private final Arena arena;
    private final long blockBytes;
    private final Deque<MemorySegment> free = new ArrayDeque<>();

    KvBlocks(Arena arena, long blockBytes) {
        this.arena = arena;
        this.blockBytes = blockBytes;
    }

    MemorySegment take() {
        MemorySegment block = free.poll();
        return block != null ? block : arena.allocate(Math.max(blockBytes, ALIGNMENT), ALIGNMENT);
    }

    void giveBack(MemorySegment block) {
        free.push(block);
    }
}
