package dev.lockstep.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes a graph as text: a line per operation, with everything that {@link GraphParser} needs to make an equal graph. Rotary
 * embeddings have lines of their own, since layers share them.
 *
 * <pre>
 * graph "llama" context 512
 * rope !0 interleaved magnitude 1.0 [1.0, 0.1]
 * %0 f32[64] = embedding "token_embd.weight" F16[64, 397]
 * %1 f32[64] = rms_norm %0 "blk.0.attn_norm.weight" F32[64] epsilon 1.0E-5
 * %2 q8[64] = quantize %1
 * %3 f32[32] = linear %2 "blk.0.attn_k.weight" Q4_0[64, 32]
 * </pre>
 */
public final class GraphPrinter {
    private final StringBuilder text = new StringBuilder();
    private final Map<Rope, Integer> ropes = new LinkedHashMap<>();

    private GraphPrinter() {}

    /** The text of a graph. */
    public static String print(Graph graph) {
        GraphPrinter printer = new GraphPrinter();
        printer.text
                .append("graph ")
                .append(quoted(graph.architecture()))
                .append(" context ")
                .append(graph.contextLength())
                .append('\n');
        graph.nodes().forEach(printer::line);
        return printer.text.toString();
    }

    private void line(Node node) {
        String operation = operation(node.op());
        Value value = node.value();
        text.append(value).append(' ').append(value.kind().text()).append('[').append(value.width());
        text.append("] = ").append(operation).append('\n');
    }

    private String operation(Op op) {
        return switch (op) {
            case Op.Embedding(Weight table, Optional<Weight> positions) ->
                "embedding " + weight(table)
                        + positions.map(rows -> " positions " + weight(rows)).orElse("");
            case Op.RmsNorm(Value x, Weight gain, float epsilon) ->
                words("rms_norm", x, weight(gain), "epsilon", epsilon);
            case Op.LayerNorm(Value x, Weight gain, float epsilon) ->
                words("layer_norm", x, weight(gain), "epsilon", epsilon);
            case Op.Quantize quantize -> "quantize " + quantize.x();
            case Op.Linear(Value x, Weight matrix) -> words("linear", x, weight(matrix));
            case Op.HeadLinear(Value x, Weight matrices) -> words("head_linear", x, weight(matrices));
            case Op.Weave weave -> weave(weave);
            case Op.Bias(Value x, Weight vector) -> words("bias", x, weight(vector));
            case Op.Add(Value a, Value b) -> words("add", a, b);
            case Op.Scale(Value x, float factor) -> words("scale", x, "by", factor);
            case Op.SoftCap(Value x, float cap) -> words("soft_cap", x, "cap", cap);
            case Op.Activate(Activation activation, Value x) -> words("activate", activation.text(), x);
            case Op.RowGate(Value x, Value gate) -> words("row_gate", x, gate);
            case Op.Gated(Activation activation, Value gate, Value up) -> words("gated", activation.text(), gate, up);
            case Op.Attention attention -> attention(attention);
            case Op.Route(Value scores, Routing routing) -> words("route", scores, routing(routing));
            case Op.ExpertLinear(Value x, Value choice, Weight matrices) ->
                words("expert_linear", x, choice, weight(matrices));
            case Op.ExpertBias(Value x, Value choice, Weight vectors) ->
                words("expert_bias", x, choice, weight(vectors));
            case Op.ExpertSum(Value x, Value choice) -> words("expert_sum", x, choice);
        };
    }

    private String attention(Op.Attention op) {
        return words(
                        "attention",
                        op.q(),
                        op.k(),
                        op.v(),
                        "layer",
                        op.layer(),
                        "heads",
                        op.heads(),
                        "kv_heads",
                        op.kvHeads(),
                        "head_size",
                        op.headSize(),
                        "scale",
                        op.scale(),
                        "rope !" + rope(op.rope()))
                + scoring(op.scoring());
    }

    /** By hand, for formats take the larger part of the time: the text is made at every start, as a key of the program cache. */
    private static String words(Object first, Object... others) {
        StringBuilder words = new StringBuilder().append(first);
        for (Object other : others) {
            words.append(' ').append(other);
        }
        return words.toString();
    }

    private static String weave(Op.Weave op) {
        String pieces = op.pieces().stream()
                .map(piece -> " piece %s from %d step %d length %d"
                        .formatted(op.inputs().get(piece.input()), piece.start(), piece.stride(), piece.length()))
                .collect(Collectors.joining());
        return "weave heads " + op.heads() + pieces + (op.padding() == 0 ? "" : " zeros " + op.padding());
    }

    private static String routing(Routing routing) {
        String weighing = routing.weighing() == Routing.Weighing.CHOSEN
                ? ""
                : " weights " + routing.weighing().text();
        String scale = routing.scale() == 1 ? "" : " scale " + routing.scale();
        return "used " + routing.used() + weighing + scale
                + routing.bias().map(bias -> " bias " + weight(bias)).orElse("");
    }

    private static String scoring(Scoring scoring) {
        String window = scoring.window() == 0 ? "" : " window " + scoring.window();
        String cap = scoring.cap() == 0 ? "" : " cap " + scoring.cap();
        return window
                + cap
                + scoring.sinks().map(sinks -> " sinks " + weight(sinks)).orElse("");
    }

    /** The number of a rotary embedding, which gets its line before its first use. */
    private int rope(Rope rope) {
        return ropes.computeIfAbsent(rope, _ -> {
            String growth = rope.growth()
                    .map(g -> "growth " + g.factor() + " every " + g.length() + " ")
                    .orElse("");
            String head = words("rope !" + ropes.size(), rope.pairing().text(), "magnitude", rope.magnitude());
            text.append(head)
                    .append(' ')
                    .append(growth)
                    .append(rope.frequencies())
                    .append('\n');
            return ropes.size();
        });
    }

    private static String weight(Weight weight) {
        List<Integer> shape;
        if (weight.matrices() != 1) {
            shape = List.of(weight.columns(), weight.rows(), weight.matrices());
        } else if (weight.rows() != 1) {
            shape = List.of(weight.columns(), weight.rows());
        } else {
            shape = List.of(weight.columns());
        }
        return words(quoted(weight.name()), weight.type()) + shape;
    }

    /** Quotes, backslashes and control characters are escaped, the latter as four hexadecimal digits. */
    private static String quoted(String name) {
        return name.chars()
                .mapToObj(c -> {
                    if (c == '"' || c == '\\') {
                        return "\\" + (char) c;
                    }
                    return c < ' ' ? "\\u%04x".formatted(c) : String.valueOf((char) c);
                })
                .collect(Collectors.joining("", "\"", "\""));
    }
}
