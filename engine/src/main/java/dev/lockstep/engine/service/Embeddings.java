package dev.lockstep.engine.service;

import java.util.List;

/** A vector for each input, in order. */
public record Embeddings(List<float[]> vectors, int promptTokens) {}
