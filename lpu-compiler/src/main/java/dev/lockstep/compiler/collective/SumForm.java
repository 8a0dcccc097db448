package dev.lockstep.compiler.collective;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;

/** How a sum over the chips of a stage goes over links. The sum before the next stage is fused with the way there in either form. */
public enum SumForm {
    /** A block's parts go to one chip of each node, its carrier; carriers exchange the nodes' sums, and send totals to their nodes: few vectors, many hops. */
    CARRIERS("scattered to carriers and gathered"),
    /** Every chip sends its parts to all of its node, and the node's sums to the other nodes: a hop less, but every chip sends every block. */
    ONE_SHOT("one-shot");

    private final String words;

    SumForm(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }

    /** Whether the links carry it: across nodes, one-shot takes a link of every chip to its like in each other node. */
    public boolean possible(Machine machine, Topology topology, int chips, int tensor) {
        int node = machine.whole(Quantity.NODE_CHIPS);
        return switch (this) {
            case CARRIERS -> true;
            case ONE_SHOT ->
                tensor > 1 && (tensor <= node || SumCost.carriers(machine, topology, chips, tensor) == node);
        };
    }
}
