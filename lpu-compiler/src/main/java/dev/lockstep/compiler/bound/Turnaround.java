package dev.lockstep.compiler.bound;

import dev.lockstep.compiler.collective.SumCost;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;

/**
 * From the last chip's logits to the next token's first row: the choice of a token over the chips of the last stage, its way back to the first, and its embedding
 * on all chips there. Counted in hops and operations, not scheduled.
 */
public record Turnaround(int hops, long cycles) {
    /** The largest of a chip's logits, a row of the embedding: two passes through arrays and some operations. */
    private static final int OPERATIONS = 24;

    public static Turnaround of(Question question, Partition partition) {
        Machine machine = question.machine();
        PhaseLatency phases = PhaseLatency.of(machine);
        SumCost sum = partition.sum(question);
        int spread = Math.max(0, sum.hops() - 1);
        int hops = sum.hops() + back(question, partition) + spread;
        return new Turnaround(
                hops, (long) hops * phases.hop() + 2L * phases.array() + (long) OPERATIONS * phases.alu());
    }

    /** Hops from the last stage's first node to the first stage's. */
    private static int back(Question question, Partition partition) {
        Machine machine = question.machine();
        int node = machine.whole(Quantity.NODE_CHIPS);
        int distance = Math.max(0, partition.chips() - partition.tensor()) / node;
        int reach = machine.whole(Quantity.QUADFOUR_REACH);
        if (distance == 0) {
            return partition.stages() > 1 ? 1 : 0;
        }
        if (question.topology() == Topology.QUADFOUR_RING) {
            distance = Math.min(distance, question.chips() / node - distance);
        }
        return switch (question.topology()) {
            case NODE -> 1;
            case QUADFOUR_LINE, QUADFOUR_RING -> Math.ceilDiv(distance, reach);
            case DRAGONFLY, DRAGONFLY_RACKS -> 3;
        };
    }
}
