package dev.lockstep.graph.architecture;

import dev.lockstep.formats.MetadataMap;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphPrinter;
import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.Map;

/** The llama model of a shape under the name of another architecture, and with other keys and tensors. */
final class ModelDraft {
    private final String architecture;
    private final MetadataMap metadata;
    private final Map<String, Weight> weights;

    private ModelDraft(String architecture, MetadataMap metadata, Map<String, Weight> weights) {
        this.architecture = architecture;
        this.metadata = metadata;
        this.weights = weights;
    }

    static ModelDraft of(String architecture, ModelShape shape) {
        ModelDescription llama = shape.describe(WeightTypes.Q8_0);
        MetadataMap metadata =
                new MetadataMap("shape:" + architecture).put(ModelDescription.ARCHITECTURE_KEY, architecture);
        for (String key : llama.metadata().keys()) {
            if (key.startsWith("llama.")) {
                String renamed = architecture + key.substring("llama".length());
                double value = llama.metadata().number(key).orElseThrow();
                if (value == Math.rint(value)) {
                    metadata.put(renamed, (int) value);
                } else {
                    metadata.put(renamed, value);
                }
            }
        }
        return new ModelDraft(architecture, metadata, new LinkedHashMap<>(llama.weights()));
    }

    /** Sets a key of the architecture. */
    ModelDraft key(String name, long value) {
        metadata.put(architecture + "." + name, value);
        return this;
    }

    ModelDraft key(String name, double value) {
        metadata.put(architecture + "." + name, value);
        return this;
    }

    ModelDraft key(String name, String value) {
        metadata.put(architecture + "." + name, value);
        return this;
    }

    ModelDraft key(String name, boolean value) {
        metadata.put(architecture + "." + name, value);
        return this;
    }

    /** Sets a key of the architecture to an integer, a number, or a string. */
    ModelDraft keyOf(String name, String value) {
        if (value.matches("-?\\d+")) {
            return key(name, Long.parseLong(value));
        }
        return value.matches("-?\\d+\\.\\d+") ? key(name, Double.parseDouble(value)) : key(name, value);
    }

    ModelDraft vector(String name, int columns) {
        weights.put(name, new Weight(name, TensorType.F32, columns, 1, 1));
        return this;
    }

    ModelDraft vectors(String name, int columns, int count) {
        weights.put(name, new Weight(name, TensorType.F32, columns, count, 1));
        return this;
    }

    ModelDraft matrix(String name, int columns, int rows) {
        weights.put(name, new Weight(name, TensorType.F16, columns, rows, 1));
        return this;
    }

    ModelDraft without(String name) {
        weights.remove(name);
        return this;
    }

    ModelDescription model() {
        return new ModelDescription(metadata, weights, Map.of());
    }

    Graph build() {
        return Architectures.build(model());
    }

    /** The text of the graph. */
    String text() {
        return GraphPrinter.print(build());
    }
}
