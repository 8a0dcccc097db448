package dev.lockstep.compiler.model;

/** How a layer attends, as far as sizes go. */
public sealed interface AttentionSizes {
    /** Query heads. */
    int heads();

    /**
     * Heads of queries on a chip of a stage, for each head of keys there. Where there are more chips than heads of keys, those with copies of a head share its queries; chips that are left
     * over have none.
     */
    default int queriesPerKeyHead(int tensor) {
        int group = Math.ceilDiv(heads(), kvHeads());
        return Math.ceilDiv(group, Math.max(1, tensor / kvHeads()));
    }

    /** Units over which keys and values can be divided: the chips of a stage beyond that hold copies or share the context. */
    int kvHeads();

    /** FP16 elements that a position adds to the cache, over all heads. */
    int cacheWidth();

    /** Positions that a token sees at most; {@link Integer#MAX_VALUE} for all. */
    int window();

    /** Weights of the projections before attention. */
    long inputWeights(int width);

    /** Weights of the projection after it. */
    long outputWeights(int width);

    /** Queries that share the heads of keys and values. */
    record Grouped(int heads, int kvHeads, int headSize, int window) implements AttentionSizes {
        public Grouped {
            if (heads < 1 || kvHeads < 1 || heads % kvHeads != 0 || headSize < 1 || window < 1) {
                throw new IllegalArgumentException("there are no " + heads + " heads of " + headSize + " over "
                        + kvHeads + " heads of keys; heads must be a multiple of those");
            }
        }

        @Override
        public int cacheWidth() {
            return 2 * kvHeads * headSize;
        }

        @Override
        public long inputWeights(int width) {
            return (long) width * (heads + 2 * kvHeads) * headSize;
        }

        @Override
        public long outputWeights(int width) {
            return (long) heads * headSize * width;
        }
    }

    /**
     * Keys and values from one compressed vector that all heads share (multi-head latent attention): a chip that holds some of the
     * heads needs the whole cache.
     *
     * @param queryRank width of the compressed queries; 0 where they come from the residual stream as they are
     * @param kvRank width of the compressed keys and values
     * @param plainSize elements of a head's key without position
     * @param rotarySize elements of the key that carry the position, shared by all heads
     * @param valueSize elements of a head's value
     */
    record Latent(int heads, int queryRank, int kvRank, int plainSize, int rotarySize, int valueSize)
            implements AttentionSizes {
        public Latent {
            if (heads < 1 || queryRank < 0 || kvRank < 1 || plainSize < 1 || rotarySize < 1 || valueSize < 1) {
                throw new IllegalArgumentException(
                        "there are no " + heads + " heads over latent keys of " + kvRank + " and " + rotarySize);
            }
        }

        /** Elements from which queries are made. */
        public int queryInputs(int width) {
            return queryRank == 0 ? width : queryRank;
        }

        /** Elements of a query that looks at the cache as it is: the projection of keys is absorbed in that of queries. */
        public int absorbedSize() {
            return kvRank + rotarySize;
        }

        @Override
        public int kvHeads() {
            return 1;
        }

        @Override
        public int cacheWidth() {
            return kvRank + rotarySize;
        }

        @Override
        public int window() {
            return Integer.MAX_VALUE;
        }

        @Override
        public long inputWeights(int width) {
            return (long) width * (queryRank + kvRank + rotarySize)
                    + (queryRank == 0 ? width : (long) queryRank) * heads * (plainSize + rotarySize)
                    + (long) kvRank * heads * plainSize;
        }

        @Override
        public long outputWeights(int width) {
            return (long) kvRank * heads * valueSize + (long) heads * valueSize * width;
        }
    }
}
