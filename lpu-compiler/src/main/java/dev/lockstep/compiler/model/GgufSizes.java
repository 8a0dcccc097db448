package dev.lockstep.compiler.model;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.Hyperparameters;
import dev.lockstep.graph.architecture.ModelDescription;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Sizes from a GGUF file: heads and windows from the graph that it describes, networks from the shapes of its tensors. */
public final class GgufSizes {
    private final ModelDescription model;
    private final Hyperparameters sizes;

    private GgufSizes(ModelDescription model) {
        this.model = model;
        this.sizes = Hyperparameters.of(model);
    }

    /**
     * @throws dev.lockstep.formats.FormatException if the file does not describe a decoder
     * @throws dev.lockstep.graph.GraphException if its architecture is not known
     */
    public static ModelSizes of(ModelDescription model) {
        return new GgufSizes(model).sizes();
    }

    private ModelSizes sizes() {
        Graph graph = Architectures.build(model, 1);
        Iterator<Routing> routes = graph.nodes().stream()
                .map(Node::op)
                .filter(Op.Route.class::isInstance)
                .map(op -> routing(((Op.Route) op).routing()))
                .iterator();
        List<LayerSizes> layers = new ArrayList<>();
        for (int layer = 0; layer < sizes.layers(); layer++) {
            layers.add(new LayerSizes(attention(graph.attentions().get(layer)), feedForward(layer, routes)));
        }
        return new ModelSizes(
                model.metadata().string("general.name").orElse(sizes.architecture()),
                sizes.embeddingLength(),
                layers,
                sizes.vocabularySize(),
                sizes.contextLength(),
                !model.weights().containsKey("output.weight"));
    }

    private AttentionSizes attention(Op.Attention attention) {
        if (key("kv_lora_rank").isPresent()) {
            int keySize = (int) key("key_length_mla").orElse(sizes.headSize());
            int rotary = sizes.rope().width();
            return new AttentionSizes.Latent(
                    attention.heads(),
                    (int) key("q_lora_rank").orElse(0),
                    (int) key("kv_lora_rank").orElseThrow(),
                    keySize - rotary,
                    rotary,
                    (int) key("value_length_mla").orElse(sizes.valueSize()));
        }
        int window = attention.scoring().window();
        return new AttentionSizes.Grouped(
                attention.heads(), attention.kvHeads(), attention.headSize(), window == 0 ? Integer.MAX_VALUE : window);
    }

    private OptionalLong key(String name) {
        return model.metadata().integer(sizes.architecture() + ".attention." + name);
    }

    /** What a network is multiplied with in the end has as many columns as it has hidden elements. */
    private FeedForwardSizes feedForward(int layer, Iterator<Routing> routes) {
        Weight experts = weight(layer, "ffn_down_exps");
        if (experts == null) {
            Weight down = weight(layer, "ffn_down");
            return FeedForwardSizes.dense(down == null ? sizes.feedForwardLength() : down.columns());
        }
        Weight shared = weight(layer, "ffn_down_shexp");
        return new FeedForwardSizes(
                experts.columns(),
                experts.matrices(),
                sizes.expertsUsed(),
                shared == null ? 0 : shared.columns(),
                weight(layer, "ffn_gate_inp_shexp") != null,
                routes.next());
    }

    private static Routing routing(dev.lockstep.graph.Routing graph) {
        boolean normalized = switch (graph.weighing()) {
            case CHOSEN, SIGMOID_SHARE -> true;
            case ALL, SIGMOID -> false;
        };
        return Routing.ungrouped(
                graph.weighing().sigmoid() ? Routing.Scores.SIGMOID : Routing.Scores.SOFTMAX,
                graph.bias().isPresent(),
                normalized,
                graph.scale());
    }

    private @Nullable Weight weight(int layer, String name) {
        return model.weights().get("blk." + layer + "." + name + ".weight");
    }
}
