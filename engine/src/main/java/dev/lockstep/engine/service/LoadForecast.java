package dev.lockstep.engine.service;

import java.time.Duration;

/** Predicts from what was measured how long the work at hand takes. Written by the scheduler's thread, read by any. */
final class LoadForecast {
    /** Answers whose length nobody limits are expected to be this long until some were seen. */
    private static final double FIRST_GUESS = 200;

    private static final double WEIGHT = 0.1;

    /** Tokens that are read for each that is chosen in steps that are taken for reading. */
    private static final int MOSTLY_READING = 16;

    private double nanosPerReadToken;
    private double nanosPerChosenToken;
    private double answerTokens = FIRST_GUESS;

    /** Learns from a step: so many tokens of prompts, and so many tokens that were chosen. Steps that are much of both teach nothing. */
    synchronized void stepped(int read, int chosen, long nanos) {
        if (read > MOSTLY_READING * chosen) {
            nanosPerReadToken = average(nanosPerReadToken, (double) nanos / read);
        } else if (read == 0 && chosen > 0) {
            nanosPerChosenToken = average(nanosPerChosenToken, (double) nanos / chosen);
        }
    }

    synchronized void answered(int tokens) {
        answerTokens = average(answerTokens, tokens);
    }

    /** Time for so many tokens of prompts and so many answers of at most {@code limit} tokens; 0 as long as nothing was measured. */
    synchronized Duration forecast(long promptTokens, double expectedTokens) {
        return Duration.ofNanos((long) (promptTokens * nanosPerReadToken + expectedTokens * nanosPerChosenToken));
    }

    /** How many tokens an answer of at most {@code limit} tokens is likely to have. */
    synchronized double expectedTokens(int limit) {
        return Math.min(limit, answerTokens);
    }

    private static double average(double before, double now) {
        return before == 0 ? now : before + WEIGHT * (now - before);
    }
}
