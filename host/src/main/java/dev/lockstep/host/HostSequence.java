package dev.lockstep.host;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.Sequence;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A sequence's KV blocks, and their addresses as native code reads them. */
final class HostSequence implements Sequence {
    private final KvBlocks pool;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment addresses;
    private final List<MemorySegment> blocks = new ArrayList<>();
    private int length;
    private boolean closed;

    HostSequence(KvBlocks pool, int contextLength) {
        this.pool = pool;
        this.addresses = arena.allocate(ValueLayout.JAVA_LONG, KvLayout.blocks(contextLength));
    }

    @Override
    public int length() {
        return length;
    }

    /** Makes room for one more token and returns its position. */
    int append() {
        if (length == blocks.size() * KvLayout.BLOCK) {
            MemorySegment block = pool.take();
            addresses.setAtIndex(ValueLayout.JAVA_LONG, blocks.size(), block.address());
            blocks.add(block);
        }
        return length++;
    }

    /** Address of the table of block addresses. */
    long table() {
        return addresses.address();
    }

    /** Whether it is open and of the machine with this pool. */
    boolean usableWith(KvBlocks pool) {
        return !closed && this.pool == pool;
    }

    @Override
    public void truncate(int newLength) {
        if (newLength < 0 || newLength > length) {
            throw new IllegalArgumentException("a sequence of " + length + " tokens cannot be cut to " + newLength);
        }
        length = newLength;
        while (blocks.size() > KvLayout.blocks(newLength)) {
            pool.giveBack(blocks.removeLast());
        }
    }

    @Override
    public void close() {
        if (!closed) {
            truncate(0);
            closed = true;
            arena.close();
        }
    }
}
