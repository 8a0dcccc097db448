package dev.lockstep.compiler.collective;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;

/**
 * What a sum over the chips of a stage costs when nothing is in its way: hops one after the other, and vectors that follow each
 * other over the busiest link. Phases overlap vector by vector, so that the vectors are counted once.
 *
 * @param hops links that a value passes one after the other
 * @param vectors that the busiest link carries in one phase
 */
public record SumCost(int hops, int vectors) {
    /** More nodes than that do not all have links to each other. */
    public static final int MOST_NODES = 4;

    /**
     * @param tensor chips of the stage
     * @param width FP16 elements
     * @throws IllegalArgumentException if the chips of such a stage are not joined closely enough
     */
    public static SumCost of(Machine machine, Topology topology, int tensor, int width) {
        int blocks = Math.ceilDiv(width, machine.lanes());
        int node = machine.whole(Quantity.NODE_CHIPS);
        if (tensor == 1) {
            return new SumCost(0, 0);
        }
        if (tensor <= node) {
            return new SumCost(2, 2 * Math.ceilDiv(blocks, tensor));
        }
        if (tensor / node > MOST_NODES) {
            throw new IllegalArgumentException(tensor / node + " nodes are not all joined to each other");
        }
        return new SumCost(3, 2 * Math.ceilDiv(blocks, carriers(machine, topology)));
    }

    /** Chips of a node that have the links to the other nodes of a stage. */
    public static int carriers(Machine machine, Topology topology) {
        return switch (topology) {
            case NODE, QUADFOUR_LINE, QUADFOUR_RING -> machine.whole(Quantity.QUADFOUR_LINKS);
            case DRAGONFLY, DRAGONFLY_RACKS -> machine.whole(Quantity.RACK_LINKS);
        };
    }

    public long linkCycles(Machine machine) {
        return (long) vectors * machine.whole(Quantity.VECTOR_CYCLES);
    }

    public long hopCycles(Machine machine) {
        return (long) hops * machine.hopCycles();
    }
}
