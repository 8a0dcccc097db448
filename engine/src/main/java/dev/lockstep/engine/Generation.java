package dev.lockstep.engine;

import java.util.List;

/**
 * What came out of a generation.
 *
 * @param text everything that the listener was given
 * @param tokens chosen tokens, without the one that ended the answer
 */
public record Generation(
        String text, List<Integer> tokens, FinishReason finishReason, GenerationStatistics statistics) {
    public Generation {
        tokens = List.copyOf(tokens);
    }
}
