package dev.lockstep.engine;

import java.util.List;

/**
 * What to measure.
 *
 * @param promptTokens tokens of the prompt; 1 or more
 * @param generatedTokens decode steps; 1 or more
 * @param repetitions how often; medians are reported
 * @param batches numbers of sequences whose steps are timed, too
 */
public record BenchmarkOptions(int promptTokens, int generatedTokens, int repetitions, List<Integer> batches) {
    public static final BenchmarkOptions DEFAULT = new BenchmarkOptions(256, 64, 3, List.of());

    public BenchmarkOptions {
        require(promptTokens, "prompt tokens");
        require(generatedTokens, "generated tokens");
        require(repetitions, "repetitions");
        batches.forEach(size -> require(size, "sequences"));
        batches = List.copyOf(batches);
    }

    private static void require(int value, String what) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " of a benchmark are " + value + ", must be 1 or more");
        }
    }
}
