package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where the embedding table lies on the chips of the first stage: behind weights and caches, in as few of the east's pairs as hold it. Every chip
 * has its share of the columns.
 *
 * @param groups pairs, each of which has some of the tokens
 * @param rows tokens of a group
 * @param vectors of a chip's share of a row
 * @param word of the tables in their slices
 * @param constants word of the numbers of groups, among the constants of the west
 */
record EmbeddingPlan(int groups, int rows, int vectors, int word, int constants) {
    /**
     * As it fits between two words of the pairs' slices, if it does.
     *
     * @param constants first free word of the west's constants
     */
    static Optional<EmbeddingPlan> of(int vocabulary, int vectors, int word, int end, int constants) {
        int most = (end - word) / vectors - 2;
        if (most < 1) {
            return Optional.empty();
        }
        int groups = Math.ceilDiv(vocabulary, most);
        return groups > Slices.PAIRS
                ? Optional.empty()
                : Optional.of(new EmbeddingPlan(groups, Math.ceilDiv(vocabulary, groups), vectors, word, constants));
    }

    /** Words of each of its slices. */
    int words() {
        return vectors * (rows + 2);
    }

    List<Vectors> tables() {
        return IntStream.range(0, groups)
                .mapToObj(group -> new Vectors(
                        Element.FP16, Hemisphere.EAST, Slices.array(group, 0), word, Address.ABSOLUTE, words()))
                .toList();
    }

    /** For each group the token before its first one, in every lane. */
    Vectors before() {
        return new Vectors(Element.INT32, Hemisphere.WEST, Slices.quad(1), constants, Address.ABSOLUTE, groups);
    }

    /** The word at which vector {@code vector} of a token's row lies in its group's slices. */
    int word(int token, int vector) {
        return word + vector * (rows + 2) + 1 + token % rows;
    }

    int group(int token) {
        return token / rows;
    }

    /** What {@link #before} holds. */
    int[] before(int group, int lanes) {
        int[] numbers = new int[lanes];
        Arrays.fill(numbers, group * rows - 1);
        return numbers;
    }

    /** The columns that a chip has, vector by vector. */
    List<int[]> columns(Space residual, int rank) {
        return residual.vectors().subList(rank * vectors, (rank + 1) * vectors);
    }
}
