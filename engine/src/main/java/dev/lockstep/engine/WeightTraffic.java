package dev.lockstep.engine;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.TensorType;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;

/** What a model's weights cost a decode step. */
final class WeightTraffic {
    private WeightTraffic() {}

    /** Bytes of weights, as the model file stores them, that a step of one token reads. */
    static long bytesPerToken(Graph graph) {
        return graph.nodes().stream()
                .map(Node::op)
                .mapToLong(op -> op.weights().stream()
                        .mapToLong(weight -> bytes(op, weight))
                        .sum())
                .sum();
    }

    /**
     * Multiply-adds with matrices that a token of a prompt takes, if its logits are not wanted: nothing that comes after the last attention
     * is computed for it.
     */
    static long promptProducts(Graph graph) {
        long products = 0;
        long untilAttention = 0;
        for (Node node : graph.nodes()) {
            products += products(node.op());
            if (node.op() instanceof Op.Attention) {
                untilAttention = products;
            }
        }
        return untilAttention;
    }

    private static long products(Op op) {
        return switch (op) {
            case Op.Linear linear -> elements(linear.matrix());
            case Op.HeadLinear linear -> elements(linear.matrices());
            case Op.ExpertLinear linear ->
                elements(linear.matrices())
                        / linear.matrices().matrices()
                        * linear.choice().width();
            case Op.Embedding _,
                    Op.RmsNorm _,
                    Op.LayerNorm _,
                    Op.Quantize _,
                    Op.Weave _,
                    Op.Attention _,
                    Op.Route _,
                    Op.Add _,
                    Op.Bias _,
                    Op.Scale _,
                    Op.SoftCap _,
                    Op.Activate _,
                    Op.RowGate _,
                    Op.Gated _,
                    Op.ExpertBias _,
                    Op.ExpertSum _ -> 0;
        };
    }

    private static long elements(Weight weight) {
        return (long) weight.matrices() * weight.rows() * weight.columns();
    }

    /** The type that most bytes of weights have. */
    static TensorType mainType(Graph graph) {
        Map<TensorType, Long> bytes = new EnumMap<>(TensorType.class);
        for (Weight weight : graph.weights()) {
            bytes.merge(weight.type(), weight.bytes(), Long::sum);
        }
        return bytes.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(TensorType.F32);
    }

    private static long bytes(Op op, Weight weight) {
        if (op instanceof Op.Embedding) {
            return weight.type().bytes(weight.columns());
        }
        if (op instanceof Op.ExpertLinear linear) {
            return weight.bytes() / weight.matrices() * linear.choice().width();
        }
        return weight.bytes();
    }
}
