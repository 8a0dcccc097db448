package dev.lockstep.compiler.lower;

import dev.lockstep.graph.Graph;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.tensor.Tensor;
import java.util.Map;

/** Compiles models for the chips of a node. */
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
     * @param chips a divisor of {@link #SHARDS}
     * @param positions most positions of a text
     * @param weights FP16, or INT8 with a scale for each row; activations are FP16 with both
     * @throws CompilerException if the model does not fit, or has operations that are not supported
     */
    public CompiledModel compile(Graph graph, Map<String, Tensor> tensors, int chips, int positions, Element weights) {
        if (chips < 1 || SHARDS % chips != 0) {
            throw new CompilerException("A model cannot be spread over " + chips + " chips. Use 1, 2, 4 or 8.");
        }
        SegmentPlan.Cut cut = new SegmentPlan.Cut(SHARDS, chips, machine.lanes(), weights);
        return new CompiledModel(new ModelPlan(graph, machine, cut, positions), machine, tensors);
    }
}
