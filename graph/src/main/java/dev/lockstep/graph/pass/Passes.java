package dev.lockstep.graph.pass;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Precision;
import dev.lockstep.graph.Verifier;
import java.util.List;
import java.util.function.Consumer;

/** The passes between an architecture's graph and the lowered graph that machines execute, in order. */
public final class Passes {
    private record Named(String name, Pass pass) {}

    /**
     * A graph on its way down.
     *
     * @param stage name of the pass that made it, or {@code input}
     */
    public record Stage(String stage, Graph graph) {}

    private Passes() {}

    private static List<Named> pipeline(Precision precision) {
        return List.of(new Named("quantize-activations", new QuantizeActivations(precision.activations())));
    }

    /** Lowers a graph to normal precision. */
    public static Graph lower(Graph graph) {
        return lower(graph, Precision.NORMAL);
    }

    /** Lowers a graph; it is verified before and after every pass. */
    public static Graph lower(Graph graph, Precision precision) {
        return lower(graph, precision, _ -> {});
    }

    /**
     * As {@link #lower(Graph, Precision)}, and shows the graph at every stage.
     *
     * @throws dev.lockstep.graph.GraphException if the graph breaks a rule of the IR
     */
    public static Graph lower(Graph graph, Precision precision, Consumer<Stage> dump) {
        Verifier.verify(graph);
        dump.accept(new Stage("input", graph));
        Graph lowered = graph;
        for (Named named : pipeline(precision)) {
            lowered = named.pass().apply(lowered);
            Verifier.verify(lowered);
            dump.accept(new Stage(named.name(), lowered));
        }
        Verifier.verifyLowered(lowered);
        return lowered;
    }
}
