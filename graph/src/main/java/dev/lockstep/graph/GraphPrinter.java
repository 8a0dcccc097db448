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
        text.append("%s %s[%d] = %s\n".formatted(value, value.kind().text(), value.width(), operation));
    }

    private String operation(Op op) {
        return switch (op) {
            case Op.Embedding(Weight table, Optional<Weight> positions) ->
                "embedding " + weight(table)
                        + positions.map(rows -> " positions " + weight(rows)).orElse("");
            case Op.RmsNorm(Value x, Weight gain, float epsilon) ->
                "rms_norm %s %s epsilon %s".formatted(x, weight(gain), epsilon);
            case Op.LayerNorm(Value x, Weight gain, float epsilon) ->
                "layer_norm %s %s epsilon %s".formatted(x, weight(gain), epsilon);
            case Op.Quantize quantize -> "quantize " + quantize.x();
            case Op.Linear(Value x, Weight matrix) -> "linear %s %s".formatted(x, weight(matrix));
            case Op.HeadLinear(Value x, Weight matrices) -> "head_linear %s %s".formatted(x, weight(matrices));
            case Op.Weave weave -> weave(weave);
            case Op.Bias(Value x, Weight vector) -> "bias %s %s".formatted(x, weight(vector));
            case Op.Add(Value a, Value b) -> "add %s %s".formatted(a, b);
            case Op.Scale(Value x, float factor) -> "scale %s by %s".formatted(x, factor);
            case Op.SoftCap(Value x, float cap) -> "soft_cap %s cap %s".formatted(x, cap);
            case Op.Activate(Activation activation, Value x) -> "activate %s %s".formatted(activation.text(), x);
            case Op.RowGate(Value x, Value gate) -> "row_gate %s %s".formatted(x, gate);
            case Op.Gated(Activation activation, Value gate, Value up) ->
                "gated %s %s %s".formatted(activation.text(), gate, up);
            case Op.Attention attention -> attention(attention);
            case Op.Route(Value scores, Routing routing) -> "route %s %s".formatted(scores, routing(routing));
            case Op.ExpertLinear(Value x, Value choice, Weight matrices) ->
                "expert_linear %s %s %s".formatted(x, choice, weight(matrices));
            case Op.ExpertBias(Value x, Value choice, Weight vectors) ->
                "expert_bias %s %s %s".formatted(x, choice, weight(vectors));
            case Op.ExpertSum(Value x, Value choice) -> "expert_sum %s %s".formatted(x, choice);
        };
    }

    private String attention(Op.Attention op) {
        return "attention %s %s %s layer %d heads %d kv_heads %d head_size %d scale %s rope !%d%s"
                .formatted(
                        op.q(),
                        op.k(),
                        op.v(),
                        op.layer(),
                        op.heads(),
                        op.kvHeads(),
                        op.headSize(),
                        op.scale(),
                        rope(op.rope()),
                        scoring(op.scoring()));
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
                    .map(g -> "growth %s every %d ".formatted(g.factor(), g.length()))
                    .orElse("");
            text.append("rope !%d %s magnitude %s %s%s\n"
                    .formatted(ropes.size(), rope.pairing().text(), rope.magnitude(), growth, rope.frequencies()));
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
        return "%s %s%s".formatted(quoted(weight.name()), weight.type(), shape);
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
