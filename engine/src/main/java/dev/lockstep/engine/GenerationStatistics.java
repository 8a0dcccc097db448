package dev.lockstep.engine;

/**
 * Counts and times of one generation.
 *
 * @param promptTokens tokens of the prompt (as far as it got, if the generation was cancelled)
 * @param cachedTokens how many of these were in the KV cache already
 * @param generatedTokens tokens of the answer
 * @param prefillNanos until the logits after the prompt were there, and with them the first token
 * @param decodeSteps steps after the prompt
 * @param decodeNanos time of these steps
 */
public record GenerationStatistics(
        int promptTokens, int cachedTokens, int generatedTokens, long prefillNanos, int decodeSteps, long decodeNanos) {
    /** Computed (not cached) tokens of the prompt per second; 0 if there are none. */
    public double prefillTokensPerSecond() {
        return perSecond(promptTokens - cachedTokens, prefillNanos);
    }

    /** Steps after the prompt per second; 0 if there are none. */
    public double decodeTokensPerSecond() {
        return perSecond(decodeSteps, decodeNanos);
    }

    /** From the beginning of the call to the first token. */
    public double firstTokenMilliseconds() {
        return prefillNanos / 1e6;
    }

    private static double perSecond(int count, long nanos) {
        return nanos == 0 ? 0 : count * 1e9 / nanos;
    }
}
