package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.lpu.machine.Machine;

/**
 * What a chip computes of attention whose keys and values are one compressed vector for all heads. That vector is cut into equal parts of some lanes; the
 * elements that carry the position follow the last one. A query has as many vectors, because the projection of keys is absorbed in that of queries.
 *
 * @param heads on this chip
 * @param queryRank elements from which queries are made; 0 if these come from the residual stream
 * @param vectors of a key
 * @param part elements of the compressed vector in each
 * @param rotary elements that carry the position
 * @param value elements of a head's result
 */
record LatentShape(int heads, int queryRank, int vectors, int part, int rotary, int value) {
    private static final int GROUP = 16;
    /** Two accumulators of each plane hold the sums of so many tiles. */
    static final int MOST_TILES = 8;

    /** Pairs of heads whose results fit the accumulators. */
    private static final int MOST_PAIRS = 2;

    /** @throws IllegalArgumentException saying why such attention cannot be scheduled */
    static LatentShape of(Machine machine, AttentionSizes.Latent sizes, int tensor) {
        int lanes = machine.lanes();
        int heads = Math.ceilDiv(sizes.heads(), tensor);
        int vectors = 1;
        while (sizes.kvRank() % vectors != 0
                || sizes.kvRank() / vectors % GROUP != 0
                || sizes.kvRank() / vectors + sizes.rotarySize() > lanes) {
            vectors++;
            if (vectors > MOST_TILES) {
                throw unscheduled("keys of " + sizes.kvRank() + " and " + sizes.rotarySize() + " elements");
            }
        }
        int common = vectors + (sizes.queryRank() == 0 ? heads * vectors : Math.ceilDiv(sizes.queryRank(), lanes));
        if (common > MOST_TILES
                || heads * vectors > MOST_TILES
                || heads > 2 * MOST_PAIRS
                || 2 * sizes.valueSize() > lanes) {
            throw unscheduled(heads + " heads on a chip");
        }
        return new LatentShape(
                heads, sizes.queryRank(), vectors, sizes.kvRank() / vectors, sizes.rotarySize(), sizes.valueSize());
    }

    private static IllegalArgumentException unscheduled(String what) {
        return new IllegalArgumentException(
                "latent attention with " + what + " is bounded and estimated, but not scheduled yet");
    }

    /** Whether a vector holds the elements that carry the position. */
    boolean rotated(int vector) {
        return vector == vectors - 1;
    }

    /** Groups of outputs of a vector. */
    int vectorGroups() {
        return Math.ceilDiv(part + rotary, GROUP);
    }

    /** Blocks of the elements from which queries are made, equally long. */
    int queryBlocks(int lanes) {
        return Math.ceilDiv(queryRank, lanes);
    }

    int queryBlockGroups(int lanes) {
        return queryRank == 0 ? 0 : Math.ceilDiv(Math.ceilDiv(queryRank, GROUP), queryBlocks(lanes));
    }

    /** Rows of results, two heads side by side. */
    int pairs() {
        return Math.ceilDiv(heads, 2);
    }

    /** Groups of outputs of two heads side by side. */
    int pairGroups() {
        return Math.ceilDiv(2 * value, GROUP);
    }
}
