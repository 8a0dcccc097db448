package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;

/** What can be done to a product while it passes the vector unit. */
public sealed interface Elementwise {
    /** Adds a vector to each. */
    record Bias(Vectors vectors) implements Elementwise {}

    record Scale(float factor) implements Elementwise {}

    /** {@code cap * tanh(x / cap)}. */
    record SoftCap(float cap) implements Elementwise {}
}
