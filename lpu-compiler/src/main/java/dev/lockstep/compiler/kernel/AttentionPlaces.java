package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Inputs, constants, caches and room of attention.
 *
 * @param hide for each block of positions, vectors that are added to scores so that hidden positions count for nothing
 * @param sinks one vector for each head, with the same score in all lanes
 * @param keyOffsets where each pair of slices scatters the key
 * @param valueOffset of the position's block
 * @param masks all bits in the lanes of each head of a vector of results, and in none
 * @param lane of the position in its block
 * @param ones a word of ones in all pairs
 * @param keys of the first key-value head; the others follow
 * @param queries room for turned queries, keys and values in half precision
 * @param scores room for the scores of all heads
 * @param westRoom two vectors for each head
 * @param eastRoom two vectors for each head
 * @param sinkWeights room for one vector for each head
 * @param weights room for softmax weights of all heads
 * @param sums room for partial results and {@code totals} for partial sums of weights
 */
public record AttentionPlaces(
        Angles turnQueries,
        Angles turnKeys,
        List<Vectors> hide,
        Optional<Vectors> sinks,
        Vectors keyOffsets,
        Vectors valueOffset,
        Vectors masks,
        Vectors lane,
        Address ones,
        Address keys,
        Address values,
        Vectors queries,
        Vectors newKeys,
        Map<Hemisphere, Vectors> newValues,
        Vectors scores,
        Vectors westRoom,
        Vectors eastRoom,
        Vectors sinkWeights,
        Map<Hemisphere, Vectors> weights,
        Vectors sums,
        Vectors totals) {
    /** What elements are multiplied with, and what their neighbours are. */
    public record Angles(Vectors cos, Vectors sin) {}
}
