package dev.lockstep.graph.pass;

import dev.lockstep.graph.Graph;

/** Turns a graph into one that computes the same, in a form that is closer to what machines execute. */
@FunctionalInterface
public interface Pass {
    /** The new graph, or the same one if there is nothing to do. */
    Graph apply(Graph graph);
}
