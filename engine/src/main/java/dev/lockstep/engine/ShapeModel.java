package dev.lockstep.engine;

import dev.lockstep.graph.machine.Machine;
import dev.lockstep.tensor.TensorType;

/** A model of a given shape with random weights: it has a speed, but nothing to say. */
public final class ShapeModel implements AutoCloseable {
    private final Program program;

    private ShapeModel(Program program) {
        this.program = program;
    }

    /**
     * Makes weights for a shape and compiles it.
     *
     * @param shape such as {@code tinyllama-1.1b}
     * @param type of all matrices
     * @throws EngineException if there is no such shape, or it cannot be made of that type
     */
    public static ShapeModel open(String shape, TensorType type, LockstepOptions options) {
        throw new EngineException("there is no shape " + shape + " of type " + type + " for " + options.engine());
    }

    public Machine machine() {
        return program.machine();
    }

    /** Measures the speed of such a model on this computer. */
    public BenchmarkResult benchmark(BenchmarkOptions options) {
        return Benchmark.run(program, options, ReadBandwidth::measure);
    }

    @Override
    public void close() {
        program.close();
    }
}
