package dev.lockstep.engine.service;

/**
 * What a session file holds.
 *
 * @param tokens of its text
 * @param computed how many of these need not be computed again
 * @param note what the caller had written beside
 */
public record SavedSession(int tokens, int computed, String note) {}
