package dev.lockstep.graph.reference;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphException;
import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The tensors of a graph's weights. */
final class Weights {
    private final Map<String, Tensor> tensors;
    private final Map<String, float[]> vectors = new ConcurrentHashMap<>();

    /** @throws GraphException if a tensor is missing or has another type or shape than its weight */
    Weights(Graph graph, Map<String, Tensor> tensors) {
        this.tensors = Map.copyOf(tensors);
        graph.requireWeights(tensors);
    }

    Tensor tensor(Weight weight) {
        return tensors.get(weight.name());
    }

    /** The values of a vector, or of a few, one after the other. */
    float[] vector(Weight weight) {
        return vectors.computeIfAbsent(weight.name(), name -> {
            float[] values = new float[Math.multiplyExact(weight.columns(), weight.rows())];
            for (int row = 0; row < weight.rows(); row++) {
                Dequantizer.dequantizeRow(tensors.get(name), row, values, row * weight.columns());
            }
            return values;
        });
    }
}
