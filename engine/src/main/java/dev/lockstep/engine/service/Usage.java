package dev.lockstep.engine.service;

/**
 * Tokens of a request.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens how many of these did not have to be computed
 * @param completionTokens tokens of all answers
 */
public record Usage(int promptTokens, int cachedTokens, int completionTokens) {}
