package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.Map;

/**
 * Inputs, constants, caches and room of attention.
 *
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
 * @param weights room for softmax weights of all heads
 * @param sums room for partial results and {@code totals} for partial sums of weights
 */
public record AttentionPlaces(
        Vectors cos,
        Vectors sin,
        Vectors mask,
        Vectors keyOffsets,
        Vectors valueOffset,
        Vectors oneHot,
        Vectors masks,
        Vectors lane,
        Address ones,
        Address keys,
        Address values,
        Vectors queries,
        Vectors newKeys,
        Vectors newValues,
        Vectors scores,
        Vectors westRoom,
        Vectors eastRoom,
        Map<Hemisphere, Vectors> weights,
        Vectors sums,
        Vectors totals) {}
