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
 * @param onward hops more where the sum goes to the next stage, to all chips there: fused with a sum over carriers, or from one chip of a node to the next stage and on to its
 *     node
 */
public record SumCost(int hops, int vectors, int onward) {
    /** More nodes than that do not all have links to each other. */
    public static final int MOST_NODES = 4;

    /** Vectors of a block of FP16. */
    private static final int PER_BLOCK = 2;

    /**
     * @param chips of the system, on which the links between nodes depend
     * @param tensor chips of the stage
     * @param width FP16 elements
     * @throws IllegalArgumentException if the chips of such a stage are not joined closely enough
     */
    public static SumCost of(SumForm form, Machine machine, Topology topology, int chips, int tensor, int width) {
        int blocks = Math.ceilDiv(width, machine.lanes());
        int node = machine.whole(Quantity.NODE_CHIPS);
        if (tensor == 1) {
            return new SumCost(0, 0, 1);
        }
        if (tensor / node > MOST_NODES) {
            throw new IllegalArgumentException(tensor / node + " nodes are not all joined to each other");
        }
        boolean across = tensor > node;
        return switch (form) {
            case CARRIERS -> {
                int carriers = across ? carriers(machine, topology, chips, tensor) : tensor;
                yield new SumCost(across ? 3 : 2, PER_BLOCK * Math.ceilDiv(blocks, carriers), 1);
            }
            case ONE_SHOT -> {
                boolean everywhere = carriers(machine, topology, chips, tensor) == node;
                yield new SumCost(across ? 2 : 1, PER_BLOCK * blocks, everywhere ? 1 : 2);
            }
        };
    }

    /** Chips of a node that have a link to their like in each other node of a stage of several. */
    public static int carriers(Machine machine, Topology topology, int chips, int tensor) {
        int node = machine.whole(Quantity.NODE_CHIPS);
        return switch (topology) {
            case NODE, QUADFOUR_LINE, QUADFOUR_RING -> machine.whole(Quantity.QUADFOUR_LINKS);
            case DRAGONFLY -> {
                int global = node * (machine.whole(Quantity.PORTS) - machine.whole(Quantity.LOCAL_PORTS));
                int others = Math.max(1, Math.max(chips, tensor) / node - 1);
                yield Math.clamp(global / others, 1, node);
            }
            case DRAGONFLY_RACKS -> machine.whole(Quantity.RACK_LINKS);
        };
    }

    public long linkCycles(Machine machine) {
        return (long) vectors * machine.whole(Quantity.VECTOR_CYCLES);
    }

    public long hopCycles(Machine machine) {
        return (long) hops * machine.hopCycles();
    }
}
