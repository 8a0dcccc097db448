package dev.lockstep.engine;

import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.SyntheticWeights;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tensors that nobody trained, in native memory. */
final class RandomWeights {
    private static final int ALIGNMENT = 64;

    private RandomWeights() {}

    /** The same tensors every time; their values are such that rows keep their magnitude through a matrix. */
    static Map<String, Tensor> make(List<Weight> weights, Arena arena, ProgressListener progress) {
        long total = weights.stream().mapToLong(Weight::bytes).sum();
        long done = 0;
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Weight weight : weights) {
            progress.progress("making random weights", done, total);
            MemorySegment data = arena.allocate(weight.bytes(), ALIGNMENT);
            float deviation = weight.rows() == 1 ? 1 : (float) (1 / Math.sqrt(weight.columns()));
            SyntheticWeights.fill(weight.type(), data, tensors.size(), deviation);
            tensors.put(
                    weight.name(),
                    new Tensor(weight.name(), weight.type(), weight.columns(), weight.rows(), weight.matrices(), data));
            done += weight.bytes();
        }
        progress.progress("making random weights", total, total);
        return tensors;
    }
}
