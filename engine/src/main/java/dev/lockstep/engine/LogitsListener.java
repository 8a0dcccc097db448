package dev.lockstep.engine;

/** Takes the logits of one position after the other. */
@FunctionalInterface
public interface LogitsListener {
    /** @param logits those of the vocabulary stand from {@code offset} on; valid during the call only */
    void logits(int position, float[] logits, int offset);
}
