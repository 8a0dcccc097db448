package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.collective.SumCost;
import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/**
 * An estimate of one token's cycles, to compare partitions before one of them is scheduled.
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
    /** Phases of a layer that wait for one another, and cycles of each, as schedules of this compiler have them. */
    private static final int PHASES = 14;

    private static final int PHASE_CYCLES = 95;
    /** Of choosing experts, and of comparing one with the others. */
    private static final int CHOICE_CYCLES = 800;

    private static final double COMPARE_CYCLES = 1.5;
    /** Of norms of latent queries and keys, and of values that come out of the latent context: three passes more that wait for one another. */
    private static final int LATENT_CYCLES = 500;
    /** Of a round of heads, which waits for the arrays of the one before. */
    private static final int ROUND_CYCLES = 600;

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
            longest = Math.max(longest, own.cycles() + (long) partition.halvesOf(stage) * PHASES / 2 * PHASE_CYCLES);
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
                (long) model.layers().size() * PHASES * PHASE_CYCLES + all.rounds(),
                ends,
                longest);
    }

    private static Share share(Question question, Partition partition, SumCost sum, Piece piece) {
        Machine machine = question.machine();
        ModelSizes model = question.model();
        LayerSizes layer = model.layers().get(piece.half() / 2);
        LayerShard shard =
                LayerShard.of(model.width(), layer, partition.tensor(), partition.split(), question.context(), piece);
        long links = sum.hopCycles(machine) + sum.linkCycles(machine) / 2;
        if (piece.attends()) {
            boolean latent = layer.attention() instanceof AttentionSizes.Latent;
            return new Share(
                    shard.input().streamCycles(machine, partition.precision())
                            + shard.output().streamCycles(machine, partition.precision()),
                    Math.ceilDiv(shard.cacheBytesRead(), (long) machine.streamBytesPerCycle()),
                    links + (partition.split() == HeadSplit.BY_CONTEXT ? machine.hopCycles() : 0),
                    (shard.heads().outputRows() - 1L) * ROUND_CYCLES + (latent ? LATENT_CYCLES : 0));
        }
        FeedForwardSizes feedForward = layer.feedForward();
        long choice = feedForward.routed() ? CHOICE_CYCLES + Math.round(COMPARE_CYCLES * feedForward.experts()) : 0;
        return new Share(
                shard.router().streamCycles(machine, partition.precision())
                        + shard.feedForwardCycles(machine, partition.precision(), feedForward),
                0,
                links,
                choice);
    }

    public long cycles() {
        return weights + cache + links + pipeline + phases + ends;
    }
}
