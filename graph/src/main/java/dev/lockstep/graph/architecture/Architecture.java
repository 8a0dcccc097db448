package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;

/** Expresses the models of one kind in the IR. */
public interface Architecture {
    /** The name in {@code general.architecture}. */
    String name();

    /**
     * The graph of a model.
     *
     * @throws dev.lockstep.formats.FormatException if keys or tensors are missing, have the wrong type or shape, or would be ignored
     * @throws dev.lockstep.graph.GraphException if the model cannot be expressed in the IR
     */
    Graph build(ModelDescription model);

    /**
     * As {@link #build(ModelDescription)}, for a model whose graph depends on the context that it is to hold.
     *
     * @param mostUsed positions that will be used, at most; more than the model was trained for means all of them
     */
    default Graph build(ModelDescription model, int mostUsed) {
        return build(model);
    }
}
