package dev.lockstep.graph.machine;

import java.lang.foreign.MemorySegment;

/**
 * A full block of a machine's KV cache: keys and values of {@link dev.lockstep.graph.KvLayout#BLOCK} consecutive positions in all
 * layers, which nobody changes any more. Sequences share blocks, and a block lives as long as somebody holds it.
 */
public interface KvBlock extends AutoCloseable {
    /** Writes its content, {@link Machine#kvBlockBytes} bytes that only a machine with the same program understands. */
    void copyTo(MemorySegment target);

    /** Gives up this hold. */
    @Override
    void close();
}
