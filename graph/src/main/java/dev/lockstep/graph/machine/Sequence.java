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

    /** Gives the memory back to the machine. */
    @Override
    void close();
}
