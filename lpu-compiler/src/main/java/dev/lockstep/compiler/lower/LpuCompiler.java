package dev.lockstep.compiler.lower;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.architecture.TensorRows;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.tensor.Tensor;
import java.util.Map;

/** Compiles models for the chips of a node, or for a pipeline of nodes. */
public final class LpuCompiler {
    /** Shards over which rows are spread unless one asks for another number; the bits of results depend on it. */
    public static final int SHARDS = 8;

    private final Machine machine;

    public LpuCompiler(Machine machine) {
        this.machine = machine;
    }

    /**
     * Lays a model out.
     *
     * @param graph as an architecture builds it, not lowered
     * @param tensors the weights that it names
     * @param chips 1, 2, 4 or 8 of a node, or all of several nodes
     * @param topology how nodes are joined
     * @param positions most positions of a text
     * @param weights FP16, or INT8 with a scale for each row; activations are FP16 with both
     * @throws CompilerException if the model does not fit, or has operations that are not supported
     */
    public CompiledModel compile(
            Graph graph, Map<String, Tensor> tensors, int chips, Topology topology, int positions, Element weights) {
        int nodeChips = machine.whole(Quantity.NODE_CHIPS);
        int shared = Math.min(chips, nodeChips);
        if (shared < 1 || SHARDS % shared != 0 || chips % shared != 0) {
            throw new CompilerException("A model cannot be spread over " + chips
                    + " chips. Use 1, 2, 4 or 8, or whole nodes of " + nodeChips + ".");
        }
        SegmentPlan.Cut cut = new SegmentPlan.Cut(SHARDS, shared, machine.lanes(), weights);
        Wiring wiring = Wiring.of(machine, chips > nodeChips ? topology : Topology.NODE, chips);
        return new CompiledModel(
                ModelPlan.of(graph, machine, cut, chips / shared, positions),
                machine,
                wiring,
                TensorRows.with(graph, tensors));
    }

    /** The same on a node, or on a line of nodes. */
    public CompiledModel compile(Graph graph, Map<String, Tensor> tensors, int chips, int positions, Element weights) {
        return compile(graph, tensors, chips, Topology.QUADFOUR_LINE, positions, weights);
    }
}
