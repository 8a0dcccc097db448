package dev.lockstep.host;

import dev.lockstep.graph.machine.KvMemoryException;
import dev.lockstep.host.memory.LargeMemory;
import dev.lockstep.host.memory.NativeMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The blocks of a machine's KV cache: made when first needed, used again when nobody holds them any more. Several are cut from one piece
 * of memory on large pages, for a long context is hundreds of megabytes that every token reads.
 */
final class KvBlocks {
    private static final long ALIGNMENT = 64;

    /** Bytes that are taken from the system at a time, or one block if that is larger. */
    private static final long PIECE = 8L << 20;

    private final Arena arena;
    private final long blockBytes;
    private final Deque<HostBlock> free = new ArrayDeque<>();

    KvBlocks(Arena arena, long blockBytes) {
        this.arena = arena;
        this.blockBytes = (Math.max(blockBytes, 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Bytes that a block takes. */
    long blockBytes() {
        return blockBytes;
    }

    /** A block, held by the caller. */
    HostBlock take() {
        if (free.isEmpty()) {
            long blocks = Math.max(1, PIECE / blockBytes);
            MemorySegment piece = allocate(blocks * blockBytes);
            for (long block = blocks - 1; block >= 0; block--) {
                free.push(new HostBlock(this, piece.asSlice(block * blockBytes, blockBytes)));
            }
        }
        return free.pop().held();
    }

    private MemorySegment allocate(long bytes) {
        try {
            return LargeMemory.allocate(bytes, arena);
        } catch (NativeMemoryException full) {
            throw new KvMemoryException("there is no memory for more of the KV cache: " + full.getMessage(), full);
        }
    }

    void giveBack(HostBlock block) {
        free.push(block);
    }
}
