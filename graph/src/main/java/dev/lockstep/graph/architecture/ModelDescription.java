package dev.lockstep.graph.architecture;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.Metadata;
import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that a graph is built from.
 *
 * @param weights names, types and shapes of the tensors, in the order of the file
 * @param tensors the tensors themselves; empty for a model of which only the shape is known
 */
public record ModelDescription(Metadata metadata, Map<String, Weight> weights, Map<String, Tensor> tensors) {
    static final String ARCHITECTURE_KEY = "general.architecture";

    public ModelDescription {
        weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /**
     * A model with its data.
     *
     * @throws FormatException if a tensor has 2^31 or more rows or columns
     */
    public static ModelDescription of(Metadata metadata, Map<String, Tensor> tensors) {
        Map<String, Weight> weights = new LinkedHashMap<>();
        for (Tensor tensor : tensors.values()) {
            if (Math.max(tensor.columns(), Math.max(tensor.rows(), tensor.matrices())) > Integer.MAX_VALUE) {
                throw new FormatException("%s: tensor %s: is larger than 2^31 in one dimension; use another model"
                        .formatted(metadata.origin(), tensor));
            }
            weights.put(tensor.name(), Weight.of(tensor));
        }
        return new ModelDescription(metadata, weights, tensors);
    }

    /** The model's architecture, by {@code general.architecture}. */
    public String architecture() {
        return metadata.string(ARCHITECTURE_KEY)
                .orElseThrow(() -> new FormatException("%s: %s: is missing; use a file that holds a language model"
                        .formatted(metadata.origin(), ARCHITECTURE_KEY)));
    }
}
