package dev.lockstep.graph;

import dev.lockstep.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as a list of operations in the order of their execution; the last one yields the logits.
 *
 * @param architecture name in GGUF's {@code general.architecture}
 * @param contextLength most positions that the model was trained for
 * @param nodes node i defines value %i
 */
public record Graph(String architecture, int contextLength, List<Node> nodes) {
    public Graph {
        nodes = List.copyOf(nodes);
    }

    /** The value that holds the logits. */
    public Value logits() {
        return nodes.getLast().value();
    }

    /** What the model makes of a token before it thinks of the next one: the last normed value. Empty if nothing is normed. */
    public Optional<Value> hidden() {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node.op() instanceof Op.RmsNorm || node.op() instanceof Op.LayerNorm) {
                boolean shifted = i + 1 < nodes.size()
                        && nodes.get(i + 1).op() instanceof Op.Bias bias
                        && bias.x().equals(node.value());
                return Optional.of(shifted ? nodes.get(i + 1).value() : node.value());
            }
        }
        return Optional.empty();
    }

    public int vocabularySize() {
        return logits().width();
    }

    /** Every weight that is read, once, in order of first use. */
    public List<Weight> weights() {
        Map<String, Weight> weights = new LinkedHashMap<>();
        for (Node node : nodes) {
            node.op().weights().forEach(weight -> weights.putIfAbsent(weight.name(), weight));
        }
        return List.copyOf(weights.values());
    }

    /** @throws GraphException if a tensor is missing or has another type or shape than its weight */
    public void requireWeights(Map<String, Tensor> tensors) {
        for (Weight weight : weights()) {
            Tensor tensor = tensors.get(weight.name());
            if (tensor == null || !Weight.of(tensor).equals(weight)) {
                throw new GraphException(
                        "the graph reads %s, the model has %s; bind the model that the graph was built for"
                                .formatted(weight, tensor == null ? "no such tensor" : tensor));
            }
        }
    }

    /** The attention operations in order of their layers. */
    public List<Op.Attention> attentions() {
        return nodes.stream()
                .map(Node::op)
                .filter(Op.Attention.class::isInstance)
                .map(Op.Attention.class::cast)
                .toList();
    }

    /** Bytes of keys and values that the token at a position attends to, its own among them. */
    public long kvBytesSeen(KvType type, int position) {
        return attentions().stream()
                .mapToLong(a -> 2L
                        * a.kvHeads()
                        * type.bytes(a.headSize())
                        * (position + 1 - a.scoring().firstSeen(position)))
                .sum();
    }
}
