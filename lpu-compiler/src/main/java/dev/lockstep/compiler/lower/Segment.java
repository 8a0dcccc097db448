package dev.lockstep.compiler.lower;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Consecutive operations between two places where only the residual stream is alive.
 *
 * @param input the residual stream before
 */
record Segment(Value input, List<Node> nodes) {
    Segment {
        nodes = List.copyOf(nodes);
    }

    /** Cuts a graph whose first operation is the embedding, perhaps with a scale, which counts as part of it. */
    static List<Segment> cut(Graph graph) {
        List<Node> nodes = graph.nodes();
        int[] lastUse = lastUses(nodes);
        List<Segment> segments = new ArrayList<>();
        List<Node> current = new ArrayList<>();
        Set<Value> alive = new HashSet<>();
        int first = nodes.get(1).op() instanceof Op.Scale ? 2 : 1;
        Value input = nodes.get(first - 1).value();
        alive.add(input);
        for (Node node : nodes.subList(first, nodes.size())) {
            current.add(node);
            alive.add(node.value());
            alive.removeIf(value -> lastUse[value.id()] <= node.value().id() && value != node.value());
            if (node.op() instanceof Op.Add && alive.size() == 1) {
                segments.add(new Segment(input, current));
                current = new ArrayList<>();
                input = node.value();
            }
        }
        segments.add(new Segment(input, current));
        return segments;
    }

    /** The operations that read a value. */
    List<Op> readers(Value value) {
        return readingNodes(value).stream().map(Node::op).toList();
    }

    List<Node> readingNodes(Value value) {
        return nodes.stream().filter(node -> node.op().inputs().contains(value)).toList();
    }

    Optional<Op.Attention> attention() {
        return nodes.stream()
                .map(Node::op)
                .filter(Op.Attention.class::isInstance)
                .map(Op.Attention.class::cast)
                .findFirst();
    }

    /** The choice of experts. */
    Value choice() {
        return nodes.stream()
                .filter(node -> node.op() instanceof Op.Route)
                .map(Node::value)
                .findFirst()
                .orElseThrow();
    }

    /** What it mainly does, in one word. */
    String name() {
        if (attention().isPresent()) {
            return "attention";
        }
        return nodes.stream().anyMatch(node -> node.op() instanceof Op.Gated) ? "feed-forward" : "logits";
    }

    /** Equal for segments that do the same with other weights. */
    String structure() {
        Map<Value, Integer> names = new HashMap<>();
        names.put(input, 0);
        StringBuilder text = new StringBuilder();
        for (Node node : nodes) {
            names.put(node.value(), names.size());
            Op op = node.op();
            text.append(op.getClass().getSimpleName()).append(op.width());
            op.inputs().forEach(value -> text.append(' ').append(names.get(value)));
            op.weights().forEach(weight -> text.append(shape(weight)));
            text.append(parameters(op)).append(';');
        }
        return text.toString();
    }

    private static String parameters(Op op) {
        return switch (op) {
            case Op.RmsNorm norm -> " " + norm.epsilon();
            case Op.Gated gated -> " " + gated.activation();
            case Op.Route route -> " " + route.routing();
            case Op.Scale scale -> " " + scale.factor();
            case Op.SoftCap soft -> " " + soft.cap();
            case Op.Attention a ->
                " " + a.heads() + "/" + a.kvHeads() + "x" + a.headSize() + " " + a.scale() + " " + a.rope() + " "
                        + a.scoring().window() + " " + a.scoring().cap();
            default -> "";
        };
    }

    private static String shape(Weight weight) {
        return "[" + weight.matrices() + "x" + weight.rows() + "x" + weight.columns() + "]";
    }

    private static int[] lastUses(List<Node> nodes) {
        int[] lastUse = new int[nodes.size()];
        for (Node node : nodes) {
            for (Value value : node.op().inputs()) {
                lastUse[value.id()] = node.value().id();
            }
        }
        return lastUse;
    }
}
