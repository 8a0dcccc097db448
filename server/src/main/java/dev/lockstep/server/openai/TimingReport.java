package dev.lockstep.server.openai;

import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Timings;

/**
 * Where the time of an answer went: a field of its own, which clients of OpenAI pass over.
 *
 * @param tokensPerSecond of the answer after its first token; 0 if there were none
 */
record TimingReport(
        double queueMs,
        double firstTokenMs,
        double totalMs,
        double tokensPerSecond,
        int steps,
        int draftedTokens,
        int acceptedTokens) {
    static TimingReport of(CompletionResult result) {
        Timings timings = result.timings();
        return new TimingReport(
                milliseconds(timings.queueNanos()),
                milliseconds(timings.firstTokenNanos()),
                milliseconds(timings.totalNanos()),
                Math.round(100 * result.answerTokensPerSecond()) / 100.0,
                timings.steps(),
                timings.draftedTokens(),
                timings.acceptedTokens());
    }

    private static double milliseconds(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
