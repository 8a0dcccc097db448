package dev.lockstep.graph;

import java.util.ArrayList;
import java.util.List;

/** Appends operations one after the other; {@link #build} checks and freezes them. */
public final class GraphBuilder {
    private final List<Node> nodes = new ArrayList<>();

    /** Appends an operation and returns its value. */
    public Value add(Op op) {
        Value value = new Value(nodes.size(), op.kind(), op.width());
        nodes.add(new Node(value, op));
        return value;
    }

    /** The graph so far; the last operation yields the logits. */
    public Graph build(String architecture, int contextLength) {
        Graph graph = new Graph(architecture, contextLength, nodes);
        Verifier.verify(graph);
        return graph;
    }
}
