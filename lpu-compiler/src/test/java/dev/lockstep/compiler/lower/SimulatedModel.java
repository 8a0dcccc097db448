package dev.lockstep.compiler.lower;

import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.LpuSystem;
import dev.lockstep.simulator.SimulationResult;

/** A model compiled for some chips, and chips to run it on. */
final class SimulatedModel implements AutoCloseable {
    private final CompiledModel model;
    private final LpuSystem system;
    private int position;

    /** Logits of a token, and how long they took. */
    record Token(float[] logits, long predictedCycles, SimulationResult run) {}

    SimulatedModel(ModelDescription description, int chips, int positions) {
        Machine machine = Machine.lpuV1();
        model = new LpuCompiler(machine)
                .compile(Architectures.build(description), description.tensors(), chips, positions);
        system = new LpuSystem(machine, chips);
        system.load(model.image());
    }

    CompiledModel model() {
        return model;
    }

    /** Appends a token. */
    Token next(int token) {
        CompiledModel.TokenProgram step = model.program(position);
        LpuProgram program = step.program();
        for (Buffer buffer : program.buffers()) {
            for (int v = 0; buffer.use() == Buffer.Use.INPUT && v < buffer.vectors(); v++) {
                system.write(buffer, v, model.input(buffer, v, token, position));
            }
        }
        SimulationResult run = system.run(program);
        float[] logits = new float[model.graph().vocabularySize()];
        for (Buffer buffer : program.buffers()) {
            for (int v = 0; buffer.use() == Buffer.Use.OUTPUT && v < buffer.vectors(); v++) {
                model.output(buffer, v, system.read(buffer, v), logits);
            }
        }
        position++;
        return new Token(logits, step.predictedCycles(), run);
    }

    @Override
    public void close() {
        system.close();
    }
}
