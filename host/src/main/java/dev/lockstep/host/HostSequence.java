package dev.lockstep.host;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.KvBlock;
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
    private final List<HostBlock> blocks = new ArrayList<>();
    private final int contextLength;
    private int length;
    private boolean closed;

    HostSequence(KvBlocks pool, int contextLength) {
        this.pool = pool;
        this.addresses = arena.allocate(ValueLayout.JAVA_LONG, KvLayout.blocks(contextLength));
        this.contextLength = contextLength;
    }

    /** Begins with the tokens of full blocks. */
    void begin(List<? extends KvBlock> prefix) {
        if (prefix.size() > contextLength / KvLayout.BLOCK) {
            throw new IllegalArgumentException(
                    prefix.size() + " blocks exceed the context of " + contextLength + " tokens");
        }
        for (KvBlock block : prefix) {
            if (!(block instanceof HostBlock known && known.usableWith(pool))) {
                throw new IllegalArgumentException("a block that nobody holds, or of another machine");
            }
            add(known.held());
        }
        length = prefix.size() * KvLayout.BLOCK;
    }

    @Override
    public int length() {
        return length;
    }

    /** Makes room for one more token and returns its position. */
    int append() {
        if (length == blocks.size() * KvLayout.BLOCK) {
            add(pool.take());
        } else if (length % KvLayout.BLOCK != 0 && blocks.getLast().shared()) {
            HostBlock old = blocks.removeLast();
            add(copy(old));
            old.close();
        }
        return length++;
    }

    private void add(HostBlock block) {
        addresses.setAtIndex(
                ValueLayout.JAVA_LONG, blocks.size(), block.memory().address());
        blocks.add(block);
    }

    private HostBlock copy(HostBlock block) {
        HostBlock copy = pool.take();
        copy.memory().copyFrom(block.memory());
        return copy;
    }

    @Override
    public KvBlock hold(int block) {
        if (block < 0 || (block + 1) * KvLayout.BLOCK > length) {
            throw new IllegalArgumentException("block " + block + " of " + length + " tokens is not full");
        }
        return blocks.get(block).held();
    }

    @Override
    public Sequence fork() {
        var fork = new HostSequence(pool, contextLength);
        for (HostBlock block : blocks) {
            fork.add(block.held());
        }
        fork.length = length;
        return fork;
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
            blocks.removeLast().close();
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
