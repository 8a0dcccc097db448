package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Value;

/** The part of a block that lets tokens see each other. */
@FunctionalInterface
interface Mixer {
    /** What it adds to the residual stream, given the normed stream. */
    Value apply(Value x, int layer);
}
