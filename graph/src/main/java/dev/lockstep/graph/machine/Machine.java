package dev.lockstep.graph.machine;

/**
 * Runs a model step by step. A step appends tokens to one or several sequences and computes logits; its results do not
 * depend on how tokens are cut into steps, on the other sequences of a step, or on the number of threads: the same bits, always.
 *
 * <p>A machine and its sequences are used by one thread at a time.
 */
public interface Machine extends AutoCloseable {
    /** Logits per token. */
    int vocabularySize();

    /** Most positions of a sequence. */
    int contextLength();

    /** Most tokens of a step. */
    int maxStepTokens();

    /** A new, empty sequence. */
    Sequence open();

    /**
     * Appends the step's tokens to their sequences, in order, and computes the logits that it asks for.
     *
     * @throws IllegalArgumentException if a token is outside the vocabulary, or a sequence would exceed the context
     */
    void run(Step step);

    /** One word for messages and JSON: {@code host} or {@code reference}. */
    String name();

    /** Frees everything; sequences of this machine must not be used afterwards. */
    @Override
    void close();
}
