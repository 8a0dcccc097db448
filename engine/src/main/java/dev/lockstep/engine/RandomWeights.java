package dev.lockstep.engine;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.SyntheticWeights;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tensors that nobody trained, in native memory, each of which can be freed by itself. */
final class RandomWeights implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Arena> arenas = new LinkedHashMap<>();

    /** Makes the same tensors every time; their values are such that rows keep their magnitude through a matrix. */
    void make(List<Weight> weights, ProgressListener progress) {
        long total = weights.stream().mapToLong(Weight::bytes).sum();
        long done = 0;
        for (Weight weight : weights) {
            progress.progress("making random weights", done, total);
            Arena arena = Arena.ofShared();
            arenas.put(weight.name(), arena);
            MemorySegment data = arena.allocate(weight.bytes(), ALIGNMENT);
            float deviation = weight.rows() == 1 ? 1 : (float) (1 / Math.sqrt(weight.columns()));
            SyntheticWeights.fill(weight.type(), data, tensors.size(), deviation);
            tensors.put(
                    weight.name(),
                    new Tensor(weight.name(), weight.type(), weight.columns(), weight.rows(), weight.matrices(), data));
            done += weight.bytes();
        }
        progress.progress("making random weights", total, total);
    }

    Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** Frees a tensor that was packed, unless embeddings are looked up in it. */
    void free(Tensor tensor, Graph graph) {
        boolean lookedUp = graph.nodes().stream()
                .anyMatch(node -> node.op() instanceof Op.Embedding embedding
                        && embedding.table().name().equals(tensor.name()));
        if (!lookedUp) {
            arenas.remove(tensor.name()).close();
        }
    }

    @Override
    public void close() {
        arenas.values().forEach(Arena::close);
    }
}
