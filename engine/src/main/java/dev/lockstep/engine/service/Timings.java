package dev.lockstep.engine.service;

/**
 * Where the time of a request went.
 *
 * @param queueNanos from its submission to the first step that works for it
 * @param firstTokenNanos from its submission to the first token; 0 if there is none
 * @param totalNanos from its submission to its end
 * @param steps steps that computed tokens of it
 * @param draftedTokens tokens that were guessed ahead
 * @param acceptedTokens how many of these were right
 */
public record Timings(
        long queueNanos, long firstTokenNanos, long totalNanos, int steps, int draftedTokens, int acceptedTokens) {}
