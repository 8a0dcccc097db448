package dev.lockstep.graph.reference;

/**
 * The tokens of a step, and where each goes.
 *
 * @param tokens token ids
 * @param sequences the sequence of each token
 * @param positions the position of each token in its sequence
 */
record StepTokens(int[] tokens, ReferenceSequence[] sequences, int[] positions) {
    int count() {
        return tokens.length;
    }
}
