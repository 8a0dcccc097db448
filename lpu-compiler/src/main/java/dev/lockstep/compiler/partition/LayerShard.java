package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.lpu.machine.Machine;
import java.util.List;

/**
 * What one chip of a stage holds of a layer.
 *
 * @param input projections before attention
 * @param heads of keys, and queries that look at each
 * @param output projection after it
 * @param gateUp both projections into the hidden layer, side by side because they share their input; of the experts that a token uses
 * @param down projection out of it
 * @param router which expert to use; nothing for dense layers
 * @param experts that lie in memory, and
 * @param expert hidden elements of each
 * @param cacheBytesPerPosition FP16 keys and values that a position adds on this chip
 * @param positions that this chip looks at when it attends
 */
public record LayerShard(
        Matrix input,
        Heads heads,
        Matrix output,
        Matrix gateUp,
        Matrix down,
        Matrix router,
        int experts,
        int expert,
        int cacheBytesPerPosition,
        int positions) {
    private static final int SUPERLANE = 16;
    private static final int MOST_QUERY_ROWS = 128;
    private static final int LANES = 320;
    private static final int PLANES = 4;
    private static final int ROUND = PLANES * LANES;

    /**
     * Heads of a chip, as they are cut into tiles of the arrays.
     *
     * @param keys heads of keys
     * @param queries that look at each
     * @param size elements of a head
     */
    public record Heads(int keys, int queries, int size) {
        /** Two accumulators of each plane hold the sums of so many tiles. */
        private static final int MOST_TILES = 2 * PLANES;
        /** Queries that attend together and share a row of results. */
        private static final int TOGETHER = 2;

        /** Rounds of one tile in each plane, for all queries, keys and values; a head of keys is not split over sweeps. */
        public int inputRounds() {
            int tiles = queries + 2;
            int together = Math.max(1, MOST_TILES / tiles);
            int rest = keys % together;
            return keys / together * Math.ceilDiv(together * tiles, PLANES) + Math.ceilDiv(rest * tiles, PLANES);
        }

        /** Rows that the output projection multiplies. */
        public int outputRows() {
            return Math.ceilDiv(keys * queries, TOGETHER);
        }
    }

    public static LayerShard of(int width, LayerSizes layer, int tensor, HeadSplit split, int context) {
        AttentionSizes attention = layer.attention();
        int positions = Math.min(context, attention.window());
        int sharing = split == HeadSplit.BY_CONTEXT ? tensor / attention.kvHeads() : 1;
        FeedForwardSizes feedForward = layer.feedForward();
        int hidden = feedForward.used() * share(feedForward.hidden(), tensor)
                + (feedForward.shared() > 0 ? share(feedForward.shared(), tensor) : 0);
        int heads = Math.ceilDiv(attention.heads() * sharing, tensor);
        return switch (attention) {
            case AttentionSizes.Grouped grouped -> {
                int keyHeads = Math.ceilDiv(grouped.kvHeads(), tensor);
                yield new LayerShard(
                        new Matrix(width, (heads + 2 * keyHeads) * grouped.headSize()),
                        new Heads(keyHeads, Math.ceilDiv(heads, keyHeads), grouped.headSize()),
                        new Matrix(heads * grouped.headSize(), width),
                        new Matrix(width, 2 * hidden),
                        new Matrix(hidden, width),
                        new Matrix(feedForward.routed() ? width : 0, feedForward.routed() ? feedForward.experts() : 0),
                        feedForward.experts() + (feedForward.shared() > 0 ? 1 : 0),
                        share(feedForward.hidden(), tensor),
                        2 * 2 * keyHeads * grouped.headSize(),
                        Math.ceilDiv(positions, sharing));
            }
            case AttentionSizes.Latent latent -> {
                int compressed = latent.queryRank() + latent.kvRank() + latent.rotarySize();
                int queryInputs = latent.queryRank() == 0 ? width : latent.queryRank();
                long perHead = (long) queryInputs * (latent.plainSize() + latent.rotarySize())
                        + (long) latent.kvRank() * (latent.plainSize() + latent.valueSize());
                yield new LayerShard(
                        new Matrix(
                                width, Math.ceilDiv(compressed, tensor) + (int) Math.ceilDiv(heads * perHead, width)),
                        new Heads(Math.ceilDiv(latent.cacheWidth(), LANES), heads, LANES),
                        new Matrix(heads * latent.valueSize(), width),
                        new Matrix(width, 2 * hidden),
                        new Matrix(hidden, width),
                        new Matrix(feedForward.routed() ? width : 0, feedForward.routed() ? feedForward.experts() : 0),
                        feedForward.experts() + (feedForward.shared() > 0 ? 1 : 0),
                        share(feedForward.hidden(), tensor),
                        2 * latent.cacheWidth(),
                        Math.ceilDiv(positions, sharing));
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

    /** Weights of the attention half in memory. */
    public long attentionBytes(Machine machine, WeightPrecision precision) {
        Matrix whole = new Matrix(input.inputs(), heads.inputRounds() * PLANES * heads.size());
        return whole.paddedBytes(machine, precision)
                + inRounds(new Matrix(heads.outputRows() * LANES, output.outputs()))
                        .paddedBytes(machine, precision);
    }

    /** Weights of the feed-forward half in memory, of all experts. */
    public long feedForwardBytes(Machine machine, WeightPrecision precision) {
        int hidden = expert;
        int blocks = Math.max(1, Math.ceilDiv(hidden, LANES));
        int each = Math.ceilDiv(Math.ceilDiv(hidden, SUPERLANE), blocks) * SUPERLANE;
        // Two blocks share a pass for each row; an odd one takes two rows in a pass.
        int rows = Math.ceilDiv(gateUp.inputs(), LANES);
        int passes = rows * (blocks / 2) + (blocks % 2) * Math.ceilDiv(rows, 2);
        Matrix wide = new Matrix(passes * LANES, PLANES * each);
        long narrow = inRounds(new Matrix(blocks * LANES, down.outputs())).paddedBytes(machine, precision);
        // Experts of few hidden elements share the lanes.
        int packed = experts > 1 && blocks == 1 ? Math.min(experts, LANES / each) : 1;
        return experts * wide.paddedBytes(machine, precision)
                + Math.ceilDiv(experts, packed) * narrow
                + PLANES * router.paddedBytes(machine, precision);
    }

    /** Outputs that are summed over chips come in rounds of a block in each plane. */
    private static Matrix inRounds(Matrix matrix) {
        return new Matrix(matrix.inputs(), Math.ceilDiv(matrix.outputs(), ROUND) * ROUND);
    }

    /**
     * Blocks of positions whose keys share words of memory, each in lanes of its own. Every query has a row for each.
     *
     * @param queries heads of queries on the chip
     */
    public static int keySets(int headSize, int queries) {
        return Math.max(1, Math.min(LANES / headSize, MOST_QUERY_ROWS / queries));
    }

    /** Keys and values in memory, in blocks of positions of which both hemispheres have as many: a key takes whole vectors, values lie transposed. */
    public long cacheBytesKept(Machine machine) {
        int lanes = machine.lanes();
        int perSide = Math.ceilDiv(Math.ceilDiv(positions, lanes), 2);
        long blocks = 2L * perSide;
        int elements = cacheBytesPerPosition / 4;
        int loads = Math.ceilDiv(perSide, keySets(heads.size(), heads.keys() * heads.queries()));
        long keys = 2L * heads.keys() * lanes * 2L * loads * lanes;
        long values = 2L * elements * blocks * lanes;
        return keys + values;
    }

    /** Keys and values that one token's attention streams through the arrays. */
    public long cacheBytesRead() {
        return (long) cacheBytesPerPosition * positions;
    }
}
