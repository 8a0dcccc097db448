package dev.lockstep.engine;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.machine.Machine;

/**
 * A compiled model.
 *
 * @param name of the file or shape
 * @param type of most weights
 * @param graph what was compiled
 * @param kvType of the machine's KV cache
 */
record Program(String name, String type, Graph graph, KvType kvType, Machine machine, int threads)
        implements AutoCloseable {
    @Override
    public void close() {
        machine.close();
    }
}
