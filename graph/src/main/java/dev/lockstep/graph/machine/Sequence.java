package dev.lockstep.graph.machine;

/** The KV cache of one text on one machine. */
public interface Sequence extends AutoCloseable {
    /** Tokens so far. */
    int length();

    /**
     * Forgets all tokens from {@code length} on.
     *
     * @throws IllegalArgumentException if {@code length} is negative or beyond the present length
     */
    void truncate(int length);

    /**
     * A hold on the block of positions {@code block * 64} and on, for other sequences to begin with. What this sequence does later
     * does not change it.
     *
     * @throws IllegalArgumentException if the block is not full
     */
    KvBlock hold(int block);

    /** Another sequence with the same tokens; full blocks are shared, the rest is copied. */
    Sequence fork();

    /** Gives the memory back to the machine. */
    @Override
    void close();
}
