package dev.lockstep.engine;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.machine.Machine;

/** A compiled model: its name, the graph that was compiled, and the machine that runs it. */
record Program(String name, Graph graph, Machine machine, int threads) implements AutoCloseable {
    @Override
    public void close() {
        machine.close();
    }
}
