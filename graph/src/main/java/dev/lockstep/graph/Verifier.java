package dev.lockstep.graph;

import dev.lockstep.tensor.TensorType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rules that a whole graph must keep; those of a single operation are in its constructor. A graph is <em>lowered</em>
 * when every matrix product with quantised weights reads rounded rows, which is what machines execute.
 */
public final class Verifier {
    private Verifier() {}

    /**
     * Checks order of definition, kinds of inputs, types of vectors, that a name means one weight, and that no two
     * attentions share a KV cache.
     *
     * @throws GraphException naming the first offending operation
     */
    public static void verify(Graph graph) {
        check(graph, false);
    }

    /** As {@link #verify}, and that the graph is lowered. */
    public static void verifyLowered(Graph graph) {
        check(graph, true);
    }

    private static void check(Graph graph, boolean lowered) {
        if (graph.nodes().isEmpty()) {
            throw new GraphException("a graph without operations");
        }
        Map<String, Weight> weights = new HashMap<>();
        Set<Integer> layers = new HashSet<>();
        List<Node> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            Value value = node.value();
            Op op = node.op();
            require(
                    value.equals(new Value(i, op.kind(), op.width())),
                    node,
                    "defines a value of another place, kind or width");
            for (Value input : op.inputs()) {
                require(input.id() < i, node, "reads " + input + " before it is defined");
                require(
                        nodes.get(input.id()).value().equals(input),
                        node,
                        "reads " + input + " as another kind or width");
            }
            op.weights().forEach(weight -> {
                Weight known = weights.putIfAbsent(weight.name(), weight);
                require(known == null || known.equals(weight), node, "uses " + weight.name() + " in two shapes");
            });
            checkKinds(node, lowered);
            if (op instanceof Op.Attention attention) {
                int layer = attention.layer();
                require(layers.add(layer), node, "is the second attention of layer " + layer);
            }
        }
        require(graph.logits().kind() == RowKind.F32, nodes.getLast(), "is last but yields no logits");
    }

    private static void checkKinds(Node node, boolean lowered) {
        switch (node.op()) {
            case Op.Embedding embedding ->
                embedding
                        .weights()
                        .forEach(rows -> require(rows.type().computable(), node, "reads " + rows.type() + " weights"));
            case Op.Linear linear -> checkProduct(node, linear.x(), linear.matrix(), lowered);
            case Op.HeadLinear linear -> checkProduct(node, linear.x(), linear.matrices(), lowered);
            case Op.ExpertLinear linear -> checkProduct(node, linear.x(), linear.matrices(), lowered);
            case Op.RmsNorm norm -> checkVector(node, norm.x(), norm.gain());
            case Op.LayerNorm norm -> checkVector(node, norm.x(), norm.gain());
            case Op.Bias bias -> checkVector(node, bias.x(), bias.vector());
            case Op.Route route -> {
                requireFloats(node, route.scores());
                route.routing().bias().ifPresent(bias -> checkVector(node, route.scores(), bias));
            }
            case Op.ExpertBias bias -> {
                requireFloats(node, bias.x());
                requireFloats(node, bias.vectors());
            }
            case Op.ExpertSum sum -> requireFloats(node, sum.x());
            case Op.Attention attention -> {
                attention.inputs().forEach(input -> requireFloats(node, input));
                attention.scoring().sinks().ifPresent(sinks -> checkVector(node, attention.q(), sinks));
            }
            case Op.Quantize _,
                    Op.Weave _,
                    Op.Add _,
                    Op.Scale _,
                    Op.SoftCap _,
                    Op.Activate _,
                    Op.RowGate _,
                    Op.Gated _ -> node.op().inputs().forEach(input -> requireFloats(node, input));
        }
    }

    private static void checkProduct(Node node, Value x, Weight matrix, boolean lowered) {
        require(matrix.type().computable(), node, "reads " + matrix.type() + " weights, which cannot be computed with");
        if (matrix.type().quantized()) {
            require(
                    x.kind().quantized() || !lowered && x.kind() == RowKind.F32,
                    node,
                    "needs q8 or q16 rows for " + matrix.name());
        } else {
            requireFloats(node, x);
        }
    }

    private static void checkVector(Node node, Value x, Weight vector) {
        requireFloats(node, x);
        requireFloats(node, vector);
        int rows = vector.rows() * vector.matrices();
        require(rows == 1, node, "needs " + vector.name() + " as one row, not " + rows);
    }

    private static void requireFloats(Node node, Weight vectors) {
        require(vectors.type() == TensorType.F32, node, "needs " + vectors.name() + " as F32, not " + vectors.type());
    }

    private static void requireFloats(Node node, Value input) {
        require(
                input.kind() == RowKind.F32,
                node,
                "needs f32 rows, not " + input.kind().text());
    }

    private static void require(boolean condition, Node node, String message) {
        if (!condition) {
            throw new GraphException(node.value() + " = " + node.op().getClass().getSimpleName() + " " + message);
        }
    }
}
