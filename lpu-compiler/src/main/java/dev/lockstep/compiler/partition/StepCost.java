package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.collective.SumCost;
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
    /** Of a round of heads, which waits for the arrays of the one before. */
    private static final int ROUND_CYCLES = 600;

    static StepCost of(Question question, Partition partition) {
        Machine machine = question.machine();
        ModelSizes model = question.model();
        SumCost sum = SumCost.of(machine, question.topology(), partition.tensor(), model.width());
        long weights = 0;
        long cache = 0;
        long links = 0;
        long longest = 0;
        long rounds = 0;
        for (int stage = 0; stage < partition.stages(); stage++) {
            long before = weights + cache + links + rounds;
            int first = partition.firstHalf(stage);
            int halves = partition.halvesOf(stage);
            for (int half = first; half < first + halves; half++) {
                LayerShard shard = LayerShard.of(
                        model.width(),
                        model.layers().get(half / 2),
                        partition.tensor(),
                        partition.split(),
                        question.context());
                links += sum.hopCycles(machine) + sum.linkCycles(machine) / 2;
                if (half % 2 == 0) {
                    rounds += (shard.heads().outputRows() - 1L) * ROUND_CYCLES;
                    weights += shard.input().streamCycles(machine, partition.precision())
                            + shard.output().streamCycles(machine, partition.precision());
                    cache += Math.ceilDiv(shard.cacheBytesRead(), (long) machine.streamBytesPerCycle());
                    links += partition.split() == HeadSplit.BY_CONTEXT ? machine.hopCycles() : 0;
                } else {
                    var feedForward = model.layers().get(half / 2).feedForward();
                    rounds += feedForward.routed()
                            ? CHOICE_CYCLES + Math.round(COMPARE_CYCLES * feedForward.experts())
                            : 0;
                    weights += shard.router().streamCycles(machine, partition.precision())
                            + shard.gateUp().streamCycles(machine, partition.precision())
                            + shard.down().streamCycles(machine, partition.precision());
                }
            }
            longest = Math.max(
                    longest, weights + cache + links + rounds - before + (long) halves * PHASES / 2 * PHASE_CYCLES);
        }
        Matrix head = MemoryNeed.head(model, partition.tensor());
        int reach = machine.whole(Quantity.QUADFOUR_REACH) * machine.whole(Quantity.NODE_CHIPS);
        long back = Math.ceilDiv(Math.max(0, partition.chips() - partition.tensor()), reach);
        long ends = head.streamCycles(machine, partition.precision())
                + (back + 2L * Math.max(0, sum.hops() - 1)) * machine.hopCycles();
        long pipeline = (partition.stages() - 1L) * (machine.hopCycles() + machine.whole(Quantity.VECTOR_CYCLES));
        return new StepCost(
                weights,
                cache,
                links,
                pipeline,
                (long) model.layers().size() * PHASES * PHASE_CYCLES + rounds,
                ends,
                longest);
    }

    public long cycles() {
        return weights + cache + links + pipeline + phases + ends;
    }
}
