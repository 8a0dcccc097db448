package dev.lockstep.lpu.machine;

/** How nodes are joined. Inside a node every chip has a link to every other. */
public enum Topology {
    /** One node. */
    NODE,
    /** Nodes in a line, each with 4 links to each of the 4 before and the 4 after it; good for pipelines. */
    QUADFOUR_LINE,
    /**
     * The same closed to a ring. This is what the published diameters (3 hops over 9 nodes, 5 over 17) and the bisection of
     * 853 GB/s describe.
     */
    QUADFOUR_RING,
    /** Every node has links to every other: up to 33 nodes, 3 hops. */
    DRAGONFLY,
    /** Racks of nodes, doubly joined inside, one link between each two racks at least: up to 145 racks, 5 hops. */
    DRAGONFLY_RACKS
}
