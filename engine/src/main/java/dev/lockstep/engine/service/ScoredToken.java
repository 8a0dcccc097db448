package dev.lockstep.engine.service;

import java.util.List;

/**
 * A token and how likely the model found it.
 *
 * @param logProbability natural logarithm of its probability, before any sampler; NaN if it was not asked for
 * @param alternatives the most likely tokens at its place, as many as were asked for, in order
 */
public record ScoredToken(int token, float logProbability, List<Alternative> alternatives) {
    /** A token that could have stood there. */
    public record Alternative(int token, float logProbability) {}
}
