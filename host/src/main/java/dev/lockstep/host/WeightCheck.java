package dev.lockstep.host;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphException;
import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.NonFinite;
import dev.lockstep.tensor.Tensor;
import java.util.Map;

/** Checks tensors before native code, which trusts every shape, gets to see them. */
final class WeightCheck {
    private WeightCheck() {}

    /**
     * @throws GraphException if a tensor is missing or has another type or shape than its weight
     */
    static void shapes(Graph graph, Map<String, Tensor> tensors) {
        for (Weight weight : graph.weights()) {
            Tensor tensor = tensors.get(weight.name());
            if (tensor == null || !Weight.of(tensor).equals(weight)) {
                throw new GraphException(
                        "the graph reads %s, the model has %s; bind the model that the graph was built for"
                                .formatted(weight, tensor == null ? "no such tensor" : tensor));
            }
        }
    }

    /**
     * @throws FormatException if the tensor holds NaN or infinity
     */
    static void finite(Tensor tensor) {
        NonFinite.firstIn(tensor).ifPresent(place -> {
            throw new FormatException(place.message());
        });
    }
}
