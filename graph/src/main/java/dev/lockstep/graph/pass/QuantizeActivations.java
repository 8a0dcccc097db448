package dev.lockstep.graph.pass;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphBuilder;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.RowKind;
import dev.lockstep.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets matrix products with quantised weights read rows of integers. A value is rounded once, where it is first needed:
 *
 * <pre>
 *   %1 = rms_norm %0                        %1 = rms_norm %0
 *   %2 = linear %1, q4_0 weights            %2 = quantize %1
 *   %3 = linear %1, q4_0 weights    -->     %3 = linear %2, q4_0 weights
 *                                           %4 = linear %2, q4_0 weights
 * </pre>
 */
public final class QuantizeActivations implements Pass {
    private final RowKind kind;

    /** @param kind what to round to */
    public QuantizeActivations(RowKind kind) {
        this.kind = kind;
    }

    @Override
    public Graph apply(Graph graph) {
        if (graph.nodes().stream().noneMatch(node -> needsRounding(node.op()))) {
            return graph;
        }
        GraphBuilder builder = new GraphBuilder();
        Map<Value, Value> replacements = new HashMap<>();
        Map<Value, Value> rounded = new HashMap<>();
        for (Node node : graph.nodes()) {
            List<Value> inputs = new ArrayList<>(node.op().inputs().size());
            for (Value input : node.op().inputs()) {
                inputs.add(replacements.get(input));
            }
            if (needsRounding(node.op())) {
                inputs.set(0, rounded.computeIfAbsent(inputs.get(0), x -> builder.add(new Op.Quantize(x, kind))));
            }
            replacements.put(node.value(), builder.add(node.op().withInputs(inputs)));
        }
        return builder.build(graph.architecture(), graph.contextLength());
    }

    private static boolean needsRounding(Op op) {
        return switch (op) {
            case Op.Linear linear ->
                linear.matrix().type().quantized() && linear.x().kind() == RowKind.F32;
            case Op.HeadLinear linear ->
                linear.matrices().type().quantized() && linear.x().kind() == RowKind.F32;
            case Op.ExpertLinear linear ->
                linear.matrices().type().quantized() && linear.x().kind() == RowKind.F32;
            case Op.Embedding _,
                    Op.RmsNorm _,
                    Op.LayerNorm _,
                    Op.Quantize _,
                    Op.Weave _,
                    Op.Bias _,
                    Op.Add _,
                    Op.Scale _,
                    Op.SoftCap _,
                    Op.Activate _,
                    Op.RowGate _,
                    Op.Gated _,
                    Op.Attention _,
                    Op.Route _,
                    Op.ExpertBias _,
                    Op.ExpertSum _ -> false;
        };
    }
}
