package dev.lockstep.host.program;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Weight;
import dev.lockstep.host.layout.Packer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where each weight lies in the packed weights: in the order in which a step reads them. */
public final class WeightPlan {
    private static final long ALIGNMENT = 64;

    /**
     * A weight's place.
     *
     * @param offset bytes from the start of the packed weights
     * @param bytes size, of all stacked matrices
     * @param matrix whether it is packed in tiles, or a vector as it is
     */
    public record Place(Weight weight, long offset, long bytes, boolean matrix) {}

    private final Map<String, Place> places = new LinkedHashMap<>();
    private long bytes;

    /** The plan for all weights of a graph that native code reads. */
    public WeightPlan(Graph graph) {
        for (Node node : graph.nodes()) {
            switch (node.op()) {
                case Op.Linear linear -> place(linear.matrix(), true);
                case Op.HeadLinear linear -> place(linear.matrices(), true);
                case Op.ExpertLinear linear -> place(linear.matrices(), true);
                case Op.RmsNorm norm -> place(norm.gain(), false);
                case Op.LayerNorm norm -> place(norm.gain(), false);
                case Op.ExpertBias bias -> place(bias.vectors(), false);
                case Op.Route route -> route.routing().bias().ifPresent(bias -> place(bias, false));
                case Op.Bias bias -> place(bias.vector(), false);
                case Op.Attention attention -> attention.scoring().sinks().ifPresent(sinks -> place(sinks, false));
                case Op.Embedding _,
                        Op.Add _,
                        Op.Scale _,
                        Op.SoftCap _,
                        Op.Activate _,
                        Op.RowGate _,
                        Op.Gated _,
                        Op.Quantize _,
                        Op.Weave _,
                        Op.ExpertSum _ -> {}
            }
        }
    }

    private void place(Weight weight, boolean matrix) {
        if (places.containsKey(weight.name())) {
            return;
        }
        long size = matrix
                ? weight.matrices() * matrixBytes(weight)
                : (weight.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        places.put(weight.name(), new Place(weight, bytes, size, matrix));
        bytes = (bytes + size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Packed bytes of one matrix of a stack. */
    static long matrixBytes(Weight weight) {
        return Packer.tiles(weight.rows()) * Packer.tileBytes(weight.type(), weight.columns());
    }

    public Place place(Weight weight) {
        return places.get(weight.name());
    }

    /** All places in order. */
    public Iterable<Place> places() {
        return places.values();
    }

    /** Bytes of all packed weights. */
    public long bytes() {
        return bytes;
    }
}
