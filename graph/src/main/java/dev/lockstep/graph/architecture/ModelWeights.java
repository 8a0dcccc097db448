package dev.lockstep.graph.architecture;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Hands out a model's weights by name and expected shape, and knows which nobody asked for. */
final class ModelWeights {
    private final ModelDescription model;
    private final Set<String> used = new HashSet<>();

    ModelWeights(ModelDescription model) {
        this.model = model;
    }

    /** Weights whose names begin like this are not for what the graph computes. */
    void leaveOut(String prefix) {
        model.weights().keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .forEach(used::add);
    }

    boolean has(String name) {
        return model.weights().containsKey(name);
    }

    /** A matrix in any type that can be computed with. */
    Weight matrix(String name, int columns, int rows) {
        return stack(name, columns, rows, 1);
    }

    /** Matrices of the same shape, one per expert. */
    Weight stack(String name, int columns, int rows, int matrices) {
        Weight weight = model.weights().get(name);
        if (weight == null) {
            throw failure(name, "is missing", "use a file that holds the whole model");
        }
        if (weight.columns() != columns || weight.rows() != rows || weight.matrices() != matrices) {
            throw failure(
                    name,
                    "has the shape [%d, %d, %d] where the hyperparameters ask for [%d, %d, %d]"
                            .formatted(weight.columns(), weight.rows(), weight.matrices(), columns, rows, matrices),
                    "use a file that is not damaged");
        }
        if (!weight.type().computable()) {
            throw failure(
                    name,
                    "has the type " + weight.type() + ", which cannot be computed with",
                    "use a model in " + computableTypes());
        }
        used.add(name);
        return weight;
    }

    /** A row of floats, such as the gain of a norm. */
    Weight vector(String name, int columns) {
        Weight vector = matrix(name, columns, 1);
        if (vector.type() != TensorType.F32) {
            throw failure(name, "has the type " + vector.type() + " where F32 is needed", "convert the model again");
        }
        return vector;
    }

    /** The values of a small tensor that shapes the graph itself; empty if the model has none. */
    Optional<float[]> positiveConstants(String name, int columns) {
        if (!has(name)) {
            return Optional.empty();
        }
        vector(name, columns);
        Tensor tensor = model.tensors().get(name);
        if (tensor == null) {
            throw failure(name, "has a shape but no data", "use a file with weights");
        }
        float[] values = new float[columns];
        Dequantizer.dequantizeRow(tensor, 0, values, 0);
        for (int i = 0; i < columns; i++) {
            if (!(values[i] > 0) || Float.isInfinite(values[i])) {
                throw failure(
                        name,
                        "holds " + values[i] + " at " + i + ", not a finite number above 0",
                        "convert the model again");
            }
        }
        return Optional.of(values);
    }

    /** Refuses a model whose values are shorter or longer than its keys. */
    void requireEqualHeads(Hyperparameters sizes) {
        if (sizes.valueSize() != sizes.headSize()) {
            throw new KeyReader(model.metadata(), sizes.architecture())
                    .failure(
                            "attention.value_length",
                            "is %d where keys have %d elements, which is not supported"
                                    .formatted(sizes.valueSize(), sizes.headSize()),
                            "use another model");
        }
    }

    /**
     * Refuses a model with tensors that the graph does not read, since whatever they were trained for would be missing.
     * Tables that some converters store and every engine computes for itself are no such loss.
     */
    void requireAllUsed() {
        for (String name : model.weights().keySet()) {
            if (!used.contains(name)
                    && !name.endsWith("rotary_emb.inv_freq")
                    && !name.endsWith("attn_rot_embd.weight")) {
                throw failure(
                        name,
                        "is not known in %s models and would be ignored".formatted(model.architecture()),
                        "use another file of the model");
            }
        }
    }

    private static String computableTypes() {
        return Arrays.stream(TensorType.values())
                .filter(TensorType::computable)
                .map(TensorType::name)
                .collect(Collectors.joining(", "));
    }

    private FormatException failure(String name, String what, String remedy) {
        return new FormatException(
                "%s: tensor %s: %s; %s".formatted(model.metadata().origin(), name, what, remedy));
    }
}
