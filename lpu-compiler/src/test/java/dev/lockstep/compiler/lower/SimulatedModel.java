package dev.lockstep.compiler.lower;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.TensorRows;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.LpuSystem;
import dev.lockstep.simulator.SimulationResult;
import java.util.ArrayList;
import java.util.List;

/** A model compiled for some chips, and simulated chips that run it. */
final class SimulatedModel implements Chips, AutoCloseable {
    private final CompiledModel model;
    private final LpuSystem system;
    private final LpuSequence sequence;
    private final List<SimulationResult> runs = new ArrayList<>();
    private int inputs;

    SimulatedModel(ModelDescription description, int chips, int positions) {
        this(description, chips, positions, 0, Element.FP16);
    }

    /** @param first position of the first token, as if all before it had keys and values of zero */
    SimulatedModel(ModelDescription description, int chips, int positions, int first, Element weights) {
        this(description, chips, Topology.QUADFOUR_LINE, positions, first, weights);
    }

    SimulatedModel(
            ModelDescription description, int chips, Topology topology, int positions, int first, Element weights) {
        this(
                new LpuCompiler(Machine.lpuV1())
                        .compile(
                                Architectures.build(description),
                                description.tensors(),
                                chips,
                                topology,
                                positions,
                                weights),
                first);
    }

    private SimulatedModel(CompiledModel model, int first) {
        this.model = model;
        system = new LpuSystem(Machine.lpuV1(), model.chips());
        system.load(model.image());
        sequence = new LpuSequence(model, this, first);
    }

    /** INT8 weights on one node, those of logits in the slices next to the vector unit. */
    static SimulatedModel aside(ModelDescription description, int chips, int positions) {
        Machine machine = Machine.lpuV1();
        Graph graph = Architectures.build(description);
        SegmentPlan.Cut cut = new SegmentPlan.Cut(LpuCompiler.SHARDS, chips, machine.lanes(), Element.INT8);
        return new SimulatedModel(
                new CompiledModel(
                        ModelPlan.aside(graph, machine, cut, 1, positions),
                        machine,
                        Wiring.of(machine, Topology.NODE, chips),
                        TensorRows.with(graph, description.tensors())),
                0);
    }

    float[] next(int token) {
        return sequence.append(token);
    }

    LpuSequence sequence() {
        return sequence;
    }

    CompiledModel model() {
        return model;
    }

    /** Every run of a program so far. */
    List<SimulationResult> runs() {
        return runs;
    }

    /** Vectors that the host has written so far. */
    int inputs() {
        return inputs;
    }

    @Override
    public void write(Buffer buffer, int vector, int[] lanes) {
        inputs++;
        system.write(buffer, vector, lanes);
    }

    @Override
    public int[] read(Buffer buffer, int vector) {
        return system.read(buffer, vector);
    }

    @Override
    public long run(LpuProgram program) {
        SimulationResult result = system.run(program);
        runs.add(result);
        return result.cycles();
    }

    @Override
    public void close() {
        system.close();
    }
}
