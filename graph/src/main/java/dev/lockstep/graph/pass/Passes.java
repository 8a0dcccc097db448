package dev.lockstep.graph.pass;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Verifier;
import java.util.List;
import java.util.function.Consumer;

/** The passes between an architecture's graph and the lowered graph that machines execute, in order. */
public final class Passes {
    private static final List<Named> PIPELINE = List.of(new Named("quantize-activations", new QuantizeActivations()));

    private record Named(String name, Pass pass) {}

    /**
     * A graph on its way down.
     *
     * @param stage name of the pass that made it, or {@code input}
     */
    public record Stage(String stage, Graph graph) {}

    private Passes() {}

    /** Lowers a graph; it is verified before and after every pass. */
    public static Graph lower(Graph graph) {
        return lower(graph, _ -> {});
    }

    /**
     * As {@link #lower(Graph)}, and shows the graph at every stage.
     *
     * @throws dev.lockstep.graph.GraphException if the graph breaks a rule of the IR
     */
    public static Graph lower(Graph graph, Consumer<Stage> dump) {
        Verifier.verify(graph);
        dump.accept(new Stage("input", graph));
        Graph lowered = graph;
        for (Named named : PIPELINE) {
            lowered = named.pass().apply(lowered);
            Verifier.verify(lowered);
            dump.accept(new Stage(named.name(), lowered));
        }
        Verifier.verifyLowered(lowered);
        return lowered;
    }
}
