package dev.lockstep.graph.architecture;

import dev.lockstep.graph.GraphBuilder;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Weight;

/** The smallest parts of transformers, with the tensor names of GGUF. */
final class Parts {
    private final Hyperparameters parameters;
    private final ModelWeights weights;
    private final GraphBuilder graph = new GraphBuilder();
    private boolean layerNorms;

    Parts(Hyperparameters parameters, ModelWeights weights) {
        this.parameters = parameters;
        this.weights = weights;
    }

    /** Norms by mean and variance, with a shift where the model has one. */
    void useLayerNorms() {
        layerNorms = true;
    }

    Hyperparameters parameters() {
        return parameters;
    }

    ModelWeights weights() {
        return weights;
    }

    GraphBuilder graph() {
        return graph;
    }

    Value add(Value a, Value b) {
        return graph.add(new Op.Add(a, b));
    }

    Value scaled(Value x, float factor) {
        return factor == 1 ? x : graph.add(new Op.Scale(x, factor));
    }

    /** A norm of a whole row. */
    Value norm(Value x, String name) {
        Weight gain = weights.vector(name + ".weight", x.width());
        if (!layerNorms) {
            return graph.add(new Op.RmsNorm(x, gain, parameters.normEpsilon()));
        }
        return biased(graph.add(new Op.LayerNorm(x, gain, parameters.normEpsilon())), name);
    }

    /** Norms every {@code width} elements by themselves, all with the same gain. */
    Value groupNorm(Value x, String name, int width) {
        return graph.add(new Op.RmsNorm(x, weights.vector(name + ".weight", width), parameters.normEpsilon()));
    }

    /** {@code name.weight}, and {@code name.bias} where the model has one. */
    Value linear(Value x, String name, int rows) {
        return biased(graph.add(new Op.Linear(x, weights.matrix(name + ".weight", x.width(), rows))), name);
    }

    /** The product with {@code rows} rows of a matrix that holds {@code all}, from row {@code first} on. */
    Value rowsOf(Value x, String name, int all, int first, int rows) {
        Weight whole = weights.matrix(name + ".weight", x.width(), all);
        Value y = graph.add(new Op.Linear(x, TensorRows.of(whole, first, first + rows)));
        String bias = name + ".bias";
        return weights.has(bias)
                ? graph.add(new Op.Bias(y, TensorRows.elementsOf(weights.vector(bias, all), first, first + rows)))
                : y;
    }

    private Value biased(Value y, String name) {
        String bias = name + ".bias";
        return weights.has(bias) ? graph.add(new Op.Bias(y, weights.vector(bias, y.width()))) : y;
    }

    static String block(int layer) {
        return "blk." + layer + ".";
    }
}
