package dev.lockstep.engine;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphException;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.pass.Passes;
import java.util.Optional;

/** A model of a given shape with random weights: it has a speed, but nothing to say. */
public final class ShapeModel implements AutoCloseable {
    private final Program program;
    private final RandomWeights weights;

    private ShapeModel(Program program, RandomWeights weights) {
        this.program = program;
        this.weights = weights;
    }

    /**
     * Makes weights for a shape and compiles it.
     *
     * @param shape such as {@code tinyllama-1.1b}; {@link ModelShape#names} has them all
     * @throws EngineException if there is no such shape, or no memory for it
     */
    public static ShapeModel open(String shape, WeightTypes types, LockstepOptions options) {
        try {
            return open(ModelShape.named(shape), types, options);
        } catch (IllegalArgumentException | GraphException unusable) {
            throw new EngineException(unusable.getMessage(), unusable);
        } catch (OutOfMemoryError full) {
            throw new EngineException(
                    "there is not enough memory for the weights of " + shape + " in " + types
                            + "; take a smaller shape or type",
                    full);
        }
    }

    private static ShapeModel open(ModelShape shape, WeightTypes types, LockstepOptions options) {
        Graph graph = Passes.lower(Architectures.build(shape.describe(types)), options.precision());
        RandomWeights weights = new RandomWeights();
        try {
            weights.make(graph.weights(), options.progress());
            Machine machine = Machines.open(
                    graph, weights.tensors(), options, Optional::empty, tensor -> weights.free(tensor, graph));
            return new ShapeModel(
                    new Program(
                            shape.name(), types.name(), graph, options.kvType(), machine, options.effectiveThreads()),
                    weights);
        } catch (Throwable failure) {
            weights.close();
            throw failure;
        }
    }

    public Machine machine() {
        return program.machine();
    }

    /** Measures the speed of such a model on this computer. */
    public BenchmarkResult benchmark(BenchmarkOptions options) {
        return Benchmark.run(program, options);
    }

    @Override
    public void close() {
        program.close();
        weights.close();
    }
}
