package dev.lockstep.graph.machine;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Runs a model step by step. A step appends tokens to one or several sequences and computes logits; its results do not
 * depend on how tokens are cut into steps, on the other sequences of a step, or on the number of threads: the same bits, always.
 *
 * <p>A machine and its sequences are used by one thread at a time.
 */
public interface Machine extends AutoCloseable {
    /** Logits per token. */
    int vocabularySize();

    /** Elements of a hidden row, see {@link Step#wantHidden}; 0 if the model has none. */
    int hiddenWidth();

    /** Most positions of a sequence. */
    int contextLength();

    /** Most tokens of a step. */
    int maxStepTokens();

    /** A new, empty sequence. */
    default Sequence open() {
        return open(List.of());
    }

    /**
     * A new sequence that begins with the tokens whose keys and values these blocks hold: the first block those of positions 0 and on,
     * and so forth. Computes nothing, and takes its own holds on the blocks.
     *
     * @throws IllegalArgumentException if a block is not of this machine, or they exceed the context
     */
    Sequence open(List<? extends KvBlock> prefix);

    /** Memory that a sequence takes for every {@link dev.lockstep.graph.KvLayout#BLOCK} positions. */
    long kvBlockBytes();

    /** A block with the content that {@link KvBlock#copyTo} wrote, held by the caller. */
    KvBlock restore(MemorySegment content);

    /**
     * Appends the step's tokens to their sequences, in order, and computes the logits that it asks for.
     *
     * @throws IllegalArgumentException if a token is outside the vocabulary, or a sequence would exceed the context
     * @throws KvMemoryException if there is no memory for a block
     */
    void run(Step step);

    /** One word for messages and JSON: {@code host} or {@code reference}. */
    String name();

    /** Frees everything; sequences of this machine must not be used afterwards. */
    @Override
    void close();
}
