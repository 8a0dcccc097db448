package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;

/** What can be done to a product while it passes the vector unit. */
public sealed interface Elementwise {
    /** The same for some of the vectors. */
    default Elementwise slice(int first, int count) {
        return this;
    }

    /** Adds a vector to each. */
    record Bias(Vectors vectors) implements Elementwise {
        @Override
        public Elementwise slice(int first, int count) {
            return new Bias(vectors.slice(first, count));
        }
    }

    record Scale(float factor) implements Elementwise {}

    /** {@code cap * tanh(x / cap)}. */
    record SoftCap(float cap) implements Elementwise {}
}
