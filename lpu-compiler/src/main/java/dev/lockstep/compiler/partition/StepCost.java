package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.collective.SumCost;
import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/**
 * An estimate of one token's cycles, to compare partitions before one of them is scheduled. What a sum's vectors and the weights around it take counts where nothing
 * else hides it.
 *
 * @param weights streaming
 * @param cache streaming
 * @param links hops and vectors of sums
 * @param pipeline from stage to stage
 * @param phases passes through arrays and the vector unit
 * @param ends output matrix, choice of a token, way back
 * @param longestStage cycles for which the busiest stage is taken by one token
 */
public record StepCost(long weights, long cache, long links, long pipeline, long phases, long ends, long longestStage) {
    // Fitted to schedules of this compiler: 22 presets, stages of 8 and 32 chips, both forms of sums, hops of 300 and
    // 722 ns, contexts of 512 and 4,096;
    // StepCostTest holds it to some percent of them.
    /** What waits for one another in half a layer: passes through arrays and the vector unit. */
    private static final int HALF_CYCLES = 620;
    /** Of choosing experts, and of comparing one with the others. */
    private static final int CHOICE_CYCLES = 450;

    private static final double COMPARE_CYCLES = 0.5;
    /** Streams are that much longer busy than weights and cache fill them: gaps for rows; and only one plane in two takes keys and values, between softmax's own passes. */
    private static final double GAPS = 1.2;

    private static final double CACHE_GAPS = 3.3;
    /** Weights of experts were counted with all gaps, some of which do not delay anything. */
    private static final double EXPERT_GAPS = 0.6;
    /** Blocks of outputs that are computed at a time. */
    private static final int TOGETHER = 4;
    /** Of norms of latent queries and keys, and of values that come out of the latent context: three passes more that wait for one another. */
    private static final int LATENT_CYCLES = 500;
    /** Of a round of heads, which waits for the arrays of the one before. */
    private static final int ROUND_CYCLES = 560;

    /** Of one piece. */
    private record Share(long weights, long cache, long links, long rounds) {
        private Share plus(Share other) {
            return new Share(weights + other.weights, cache + other.cache, links + other.links, rounds + other.rounds);
        }

        private long cycles() {
            return weights + cache + links + rounds;
        }
    }

    static StepCost of(Question question, Partition partition) {
        Machine machine = question.machine();
        ModelSizes model = question.model();
        SumCost sum = partition.sum(question);
        Share all = new Share(0, 0, 0, 0);
        long longest = 0;
        for (int stage = 0; stage < partition.stages(); stage++) {
            Share own = new Share(0, 0, 0, 0);
            for (Piece piece : partition.piecesOf(stage)) {
                Share share = share(question, partition, sum, piece);
                own = own.plus(share);
                // Stages with experts of one half layer work at the same time, but each gets the residual two hops
                // later.
                all = all.plus(!piece.completes() ? new Share(0, 0, machine.hopCycles(), 0) : share);
            }
            longest = Math.max(longest, own.cycles() + (long) partition.halvesOf(stage) * HALF_CYCLES);
        }
        Matrix head = MemoryNeed.head(model, partition.tensor(), partition.precision());
        int reach = machine.whole(Quantity.QUADFOUR_REACH) * machine.whole(Quantity.NODE_CHIPS);
        long back = Math.ceilDiv(Math.max(0, partition.chips() - partition.tensor()), reach);
        long ends = head.streamCycles(machine, partition.precision())
                + (back + 2L * Math.max(0, sum.hops() - 1)) * machine.hopCycles();
        long pipeline = (partition.stages() - 1L)
                * (sum.onward() * machine.hopCycles() + machine.whole(Quantity.VECTOR_CYCLES));
        return new StepCost(
                all.weights(),
                all.cache(),
                all.links(),
                pipeline,
                2L * model.layers().size() * HALF_CYCLES + all.rounds(),
                ends,
                longest);
    }

    private static Share share(Question question, Partition partition, SumCost sum, Piece piece) {
        Machine machine = question.machine();
        ModelSizes model = question.model();
        LayerSizes layer = model.layers().get(piece.half() / 2);
        LayerShard shard =
                LayerShard.of(model.width(), layer, partition.tensor(), partition.split(), question.context(), piece);
        FeedForwardSizes feedForward = layer.feedForward();
        WeightPrecision precision = partition.precision();
        long output = shard.output().streamCycles(machine, precision);
        // Weights of experts follow the choice, whatever passes links.
        long down = feedForward.routed() ? 0 : shard.down().streamCycles(machine, precision);
        Overlap overlap = new Overlap(sum.linkCycles(machine), Math.ceilDiv(model.width(), machine.lanes()));
        if (piece.attends()) {
            boolean latent = layer.attention() instanceof AttentionSizes.Latent;
            boolean shared = partition.split() == HeadSplit.BY_CONTEXT;
            return new Share(
                    output + overlap.after(shard.input().streamCycles(machine, precision), down),
                    Math.round(CACHE_GAPS * shard.cacheBytesRead() / machine.streamBytesPerCycle()),
                    sum.hopCycles(machine) + overlap.beside(output) + (shared ? machine.hopCycles() : 0),
                    (shard.heads().outputRows() - 1L) * ROUND_CYCLES + (latent ? LATENT_CYCLES : 0));
        }
        long links = sum.hopCycles(machine) + overlap.beside(down);
        if (!feedForward.routed()) {
            return new Share(
                    down + overlap.after(shard.gateUp().streamCycles(machine, precision), output), 0, links, 0);
        }
        long experts = Math.round(EXPERT_GAPS * shard.feedForwardCycles(machine, precision, feedForward));
        return new Share(
                experts + overlap.after(shard.router().streamCycles(machine, precision), output),
                0,
                links,
                CHOICE_CYCLES + Math.round(COMPARE_CYCLES * feedForward.experts()));
    }

    /**
     * What overlaps around a sum: blocks leave while others are still computed, and the first have arrived before the last.
     *
     * @param links cycles of the busiest link
     * @param blocks of the residual
     */
    private record Overlap(long links, int blocks) {
        /** What vectors take on the busiest link beside the weights before them. */
        long beside(long before) {
            return Math.max(0, links - before);
        }

        /** What weights take behind a sum: those of the last row at least. */
        long after(long weights, long before) {
            double arriving = Math.max(before, links) * Math.max(0, 1 - (double) TOGETHER / blocks);
            return Math.round(GAPS * Math.max((double) weights / blocks, weights - arriving));
        }
    }

    public long cycles() {
        return weights + cache + links + pipeline + phases + ends;
    }
}
