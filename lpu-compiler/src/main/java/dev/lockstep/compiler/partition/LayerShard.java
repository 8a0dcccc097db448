package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.lpu.machine.Machine;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What one chip of a stage holds of a layer.
 *
 * @param input projections before attention
 * @param heads of keys, and queries that look at each
 * @param output projection after it
 * @param attentionTiles from the planes with weights of their own, how the weights of the attention half fill tiles of the arrays
 * @param gateUp both projections into the hidden layer, side by side because they share their input; of the experts that a token uses
 * @param down projection out of it
 * @param router which expert to use, and how much what all tokens use counts; nothing for dense layers
 * @param experts that lie in memory, and
 * @param expert hidden elements of each
 * @param shared hidden elements of the network that all tokens use beside experts; 0 for none
 * @param cache what a position adds to it on this chip
 * @param positions that this chip looks at when it attends
 */
public record LayerShard(
        Matrix input,
        Heads heads,
        Matrix output,
        IntFunction<List<Matrix>> attentionTiles,
        Matrix gateUp,
        Matrix down,
        Matrix router,
        int experts,
        int expert,
        int shared,
        CacheShard cache,
        int positions) {
    private static final int SUPERLANE = 16;
    private static final int MOST_QUERY_ROWS = 128;
    private static final int LANES = 320;
    private static final int PLANES = 4;
    /** Cycles without weights after each load. */
    private static final int GAP = 4;

    /**
     * Heads of a chip, as they are cut into tiles of the arrays.
     *
     * @param keys heads of keys
     * @param queries that look at each
     * @param size elements of a head
     */
    public record Heads(int keys, int queries, int size) {
        /** Accumulators of a plane, each of which holds the sums of a tile. */
        private static final int SLOTS = 2;
        /** Queries that attend together and share a row of results. */
        private static final int TOGETHER = 2;

        /**
         * Rounds of one tile in each plane, for all queries, keys and values. Heads of keys that fit the accumulators share a sweep.
         *
         * @param planes with weights of their own
         */
        public int inputRounds(int planes) {
            int tiles = queries + 2;
            int together = Math.max(1, SLOTS * planes / tiles);
            int rest = keys % together;
            return keys / together * Math.ceilDiv(together * tiles, planes) + Math.ceilDiv(rest * tiles, planes);
        }

        private int keySets() {
            return LayerShard.keySets(size, keys * queries);
        }

        /** Rows that the output projection multiplies. */
        public int outputRows() {
            return Math.ceilDiv(keys * queries, TOGETHER);
        }
    }

    /** Of a whole layer. */
    public static LayerShard of(int width, LayerSizes layer, int tensor, HeadSplit split, int context) {
        return of(width, layer, tensor, split, context, Piece.whole(0));
    }

    /** @param piece which experts there are */
    public static LayerShard of(int width, LayerSizes layer, int tensor, HeadSplit split, int context, Piece piece) {
        AttentionSizes attention = layer.attention();
        int positions = Math.min(context, attention.window());
        int sharing = split == HeadSplit.BY_CONTEXT ? tensor / attention.kvHeads() : 1;
        FeedForwardSizes feedForward = layer.feedForward();
        int experts = piece.experts(feedForward.experts());
        int expert = share(feedForward.hidden(), tensor);
        int shared = feedForward.shared() > 0 && piece.completes() ? share(feedForward.shared(), tensor) : 0;
        // All the experts that a token uses may belong to this piece.
        int hidden = Math.min(experts, feedForward.used()) * expert + shared;
        int heads = split == HeadSplit.COPIED_KEYS
                ? attention.queriesPerKeyHead(tensor)
                : Math.ceilDiv(attention.heads() * sharing, tensor);
        Matrix gateUp = new Matrix(width, 2 * hidden);
        Matrix down = new Matrix(hidden, width);
        int gate = feedForward.sharedGate() && shared > 0 ? blockLength(shared) : 0;
        Matrix router =
                new Matrix(feedForward.routed() ? width : 0, feedForward.routed() ? feedForward.experts() + gate : 0);
        int seen = Math.ceilDiv(positions, sharing);
        return switch (attention) {
            case AttentionSizes.Grouped grouped -> {
                int keyHeads = Math.ceilDiv(grouped.kvHeads(), tensor);
                int size = grouped.headSize();
                Heads own = new Heads(keyHeads, Math.ceilDiv(heads, keyHeads), size);
                yield new LayerShard(
                        new Matrix(width, (heads + 2 * keyHeads) * size),
                        own,
                        new Matrix(heads * size, width),
                        planes -> List.of(
                                new Matrix(width, own.inputRounds(planes) * planes * size),
                                inRounds(new Matrix(own.outputRows() * LANES, width), planes)),
                        gateUp,
                        down,
                        router,
                        experts,
                        expert,
                        shared,
                        new CacheShard(keyHeads * size, keyHeads, keyHeads * size, own.keySets()),
                        seen);
            }
            case AttentionSizes.Latent latent -> {
                // Every chip computes what is common to all heads, so that no hop is needed.
                int common = latent.queryRank() + latent.kvRank() + latent.rotarySize();
                long perHead = (long) latent.queryInputs(width) * latent.absorbedSize()
                        + (long) latent.kvRank() * latent.valueSize();
                int vectors = Math.ceilDiv(latent.absorbedSize(), LANES);
                yield new LayerShard(
                        new Matrix(width, common + (int) Math.ceilDiv(heads * perHead, width)),
                        new Heads(vectors, heads, LANES),
                        new Matrix(heads * latent.valueSize(), width),
                        planes -> latentTiles(width, latent, heads, planes),
                        gateUp,
                        down,
                        router,
                        experts,
                        expert,
                        shared,
                        new CacheShard(latent.absorbedSize(), vectors, latent.kvRank(), 1),
                        seen);
            }
        };
    }

    private static int share(int hidden, int tensor) {
        return Math.ceilDiv(Math.ceilDiv(hidden, tensor), SUPERLANE) * SUPERLANE;
    }

    /** Matrices that a token's values pass through, in that order. */
    public List<Matrix> matrices() {
        return List.of(input, output, router, gateUp, down);
    }

    /** Tiles of what is common to all heads, of queries that look at the latent cache, of values from it, and of the output. */
    private static List<Matrix> latentTiles(int width, AttentionSizes.Latent latent, int heads, int planes) {
        int vectors = Math.ceilDiv(latent.absorbedSize(), LANES);
        int common = Math.ceilDiv(latent.queryRank(), LANES) + vectors;
        int rows = Math.ceilDiv(heads, Heads.TOGETHER);
        return List.of(
                inRounds(new Matrix(width, common * LANES), planes),
                inRounds(new Matrix(latent.queryInputs(width), heads * vectors * LANES), planes),
                inRounds(new Matrix(vectors * LANES, heads * LANES), planes),
                inRounds(new Matrix(rows * LANES, width), planes));
    }

    /** Weights of the attention half in memory. */
    public long attentionBytes(Machine machine, WeightPrecision precision) {
        return attentionTiles.apply(precision.arrays()).stream()
                .mapToLong(tiles -> tiles.paddedBytes(machine, precision))
                .sum();
    }

    /** Weights of the feed-forward half in memory, of all experts. */
    public long feedForwardBytes(Machine machine, WeightPrecision precision) {
        int blocks = blocks(expert);
        int each = blockLength(expert);
        // Experts of few hidden elements share the lanes.
        int packed = experts > 1 && blocks == 1 ? Math.min(experts, LANES / each) : 1;
        return experts * wideBytes(expert, machine, precision)
                + Math.ceilDiv(experts, packed) * narrowBytes(expert, machine, precision)
                + (shared > 0 ? wideBytes(shared, machine, precision) + narrowBytes(shared, machine, precision) : 0)
                + PLANES * router.paddedBytes(machine, precision);
    }

    /** Cycles for which weights of the networks that a token uses stream, with what rounding and gaps between the loads of small shares add. */
    long feedForwardCycles(Machine machine, WeightPrecision precision, FeedForwardSizes sizes) {
        if (!sizes.routed()) {
            return gateUp.streamCycles(machine, precision) + down.streamCycles(machine, precision);
        }
        int used = Math.min(experts, sizes.used());
        return used * networkCycles(expert, machine, precision)
                + (shared > 0 ? networkCycles(shared, machine, precision) : 0);
    }

    private long networkCycles(int hidden, Machine machine, WeightPrecision precision) {
        int bytes = machine.streamBytesPerCycle();
        long wide = wideBytes(hidden, machine, precision) / bytes;
        return wide + wide * GAP * SUPERLANE / blockLength(hidden) + narrowBytes(hidden, machine, precision) / bytes;
    }

    private static int blocks(int hidden) {
        return Math.max(1, Math.ceilDiv(hidden, LANES));
    }

    private static int blockLength(int hidden) {
        return Math.ceilDiv(Math.ceilDiv(hidden, SUPERLANE), blocks(hidden)) * SUPERLANE;
    }

    /** Gate and up of one network. */
    private long wideBytes(int hidden, Machine machine, WeightPrecision precision) {
        int blocks = blocks(hidden);
        // Gates and ups of as many blocks as there are planes for share a pass for each row; where only half of two do,
        // they take two rows in a pass.
        int rows = Math.ceilDiv(gateUp.inputs(), LANES);
        int planes = precision.arrays();
        int abreast = planes / 2;
        int passes = rows * (blocks / abreast) + (blocks % abreast) * Math.ceilDiv(rows, 2);
        return new Matrix(passes * LANES, planes * blockLength(hidden)).paddedBytes(machine, precision);
    }

    private long narrowBytes(int hidden, Machine machine, WeightPrecision precision) {
        return inRounds(new Matrix(blocks(hidden) * LANES, down.outputs()), precision.arrays())
                .paddedBytes(machine, precision);
    }

    /** Outputs that are summed over chips come in rounds of a block in each plane. */
    private static Matrix inRounds(Matrix matrix, int planes) {
        int round = planes * LANES;
        return new Matrix(matrix.inputs(), Math.ceilDiv(matrix.outputs(), round) * round);
    }

    /**
     * Blocks of positions whose keys share words of memory, each in lanes of its own. Every query has a row for each.
     *
     * @param queries heads of queries on the chip
     */
    public static int keySets(int headSize, int queries) {
        return Math.max(1, Math.min(LANES / headSize, MOST_QUERY_ROWS / queries));
    }

    /** Keys and values in memory. */
    public long cacheBytesKept(Machine machine) {
        return cache.bytesKept(machine, positions);
    }

    /** Keys and values that one token's attention streams through the arrays. */
    public long cacheBytesRead() {
        return cache.bytesRead(positions);
    }
}
