package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Space;
import dev.lockstep.graph.Weight;

/**
 * Where a vector of weights lies.
 *
 * @param space how its elements are spread
 * @param whole whether every chip has all of it, or its own shards
 * @param word of its first vector, relative to the segment's constants
 */
record VectorPlan(Weight vector, Space space, boolean whole, int word) {}
