package dev.lockstep.engine;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.machine.Machine;

/**
 * A compiled model.
 *
 * @param name of the file or shape
 * @param type of most weights
 * @param graph what was compiled
 */
record Program(String name, String type, Graph graph, Machine machine, int threads) implements AutoCloseable {
    @Override
    public void close() {
        machine.close();
    }
}
