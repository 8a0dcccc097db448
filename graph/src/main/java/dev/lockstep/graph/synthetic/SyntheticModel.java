package dev.lockstep.graph.synthetic;

import dev.lockstep.graph.Weight;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.tensor.SyntheticWeights;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gives a shape random weights, scaled so that activations stay near 1 and logits have a standard deviation of about 2. */
public final class SyntheticModel {
    private static final float LOGITS_DEVIATION = 2;
    private static final float GAIN_DEVIATION = 0.1f;

    private SyntheticModel() {}

    /**
     * A model of a shape. The same arguments give the same bytes.
     *
     * @param arena holds the weights
     */
    public static ModelDescription of(ModelShape shape, WeightTypes types, long seed, Arena arena) {
        return withWeights(shape.describe(types), seed, arena);
    }

    /**
     * The same model with random weights in place of its own, if it had any.
     *
     * @param arena holds the weights
     */
    public static ModelDescription withWeights(ModelDescription model, long seed, Arena arena) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Weight weight : model.weights().values()) {
            tensors.put(weight.name(), tensor(weight, model, seed + tensors.size(), arena));
        }
        return new ModelDescription(model.metadata(), model.weights(), tensors);
    }

    private static Tensor tensor(Weight weight, ModelDescription model, long seed, Arena arena) {
        MemorySegment data = arena.allocate(weight.bytes(), 64);
        if (weight.name().endsWith("norm.weight")) {
            SyntheticWeights.fill(weight.type(), data, seed, GAIN_DEVIATION);
            for (int i = 0; i < weight.columns(); i++) {
                data.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1 + data.getAtIndex(ValueLayout.JAVA_FLOAT, i));
            }
        } else {
            SyntheticWeights.fill(weight.type(), data, seed, deviation(weight, model));
        }
        return new Tensor(weight.name(), weight.type(), weight.columns(), weight.rows(), weight.matrices(), data);
    }

    private static float deviation(Weight weight, ModelDescription model) {
        float unit = (float) (1 / Math.sqrt(weight.columns()));
        return switch (weight.name()) {
            case "output.weight" -> LOGITS_DEVIATION * unit;
            case "token_embd.weight" -> model.weights().containsKey("output.weight") ? 1 : LOGITS_DEVIATION * unit;
            default -> unit;
        };
    }
}
