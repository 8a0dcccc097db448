package dev.lockstep.lpu.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which port is joined to which. Chips are numbered node by node. Local port {@code p} of a node's chip {@code i} leads to its chip
 * {@code i xor (p + 1)}; a node's global ports are numbered over its chips first, so that neighbouring links belong to different chips.
 * How the maker numbers them is not published.
 */
public final class Wiring {
    private static final int NOTHING = -1;
    private static final int QUAD = 4;

    private final Topology topology;
    private final int chips;
    private final int ports;
    private final int local;
    private final int nodeChips;
    private final int[] peers;

    private Wiring(Machine machine, Topology topology, int chips) {
        this.topology = topology;
        this.chips = chips;
        this.ports = machine.whole(Quantity.PORTS);
        this.local = machine.whole(Quantity.LOCAL_PORTS);
        this.nodeChips = machine.whole(Quantity.NODE_CHIPS);
        this.peers = new int[Math.multiplyExact(chips, ports)];
        Arrays.fill(peers, NOTHING);
    }

    /** @param chips how many; above one node, whole nodes */
    public static Wiring of(Machine machine, Topology topology, int chips) {
        int nodeChips = machine.whole(Quantity.NODE_CHIPS);
        if (chips < 1 || chips > 1 << 16) {
            throw new MachineException(chips + " chips cannot be wired. Use 1 to 65536.");
        }
        if (chips > nodeChips && topology == Topology.NODE) {
            throw new MachineException(chips + " chips do not fit in one node of " + nodeChips
                    + ". Choose a topology of several nodes, such as quadfour_ring.");
        }
        if (chips > nodeChips && chips % nodeChips != 0) {
            throw new MachineException(chips + " chips are no whole nodes. Use a multiple of " + nodeChips + ".");
        }
        Wiring wiring = new Wiring(machine, topology, chips);
        wiring.joinNodes();
        int nodes = wiring.nodes();
        if (nodes > 1) {
            switch (topology) {
                case NODE -> throw new AssertionError("refused above");
                case QUADFOUR_LINE, QUADFOUR_RING -> {
                    boolean ring = topology == Topology.QUADFOUR_RING;
                    if (wiring.hasQuads(machine, ring)) {
                        wiring.joinQuads(machine, ring);
                    } else {
                        wiring.joinNeighbours(machine, ring);
                    }
                }
                case DRAGONFLY -> wiring.joinAllNodes();
                case DRAGONFLY_RACKS -> wiring.joinRacks(machine);
            }
        }
        return wiring;
    }

    public Topology topology() {
        return topology;
    }

    public int chips() {
        return chips;
    }

    public int nodes() {
        return (chips + nodeChips - 1) / nodeChips;
    }

    public int node(int chip) {
        return chip / nodeChips;
    }

    /** The other end of the link at a port, if it has one. */
    public Optional<Port> peer(int chip, int port) {
        int peer = peers[index(chip, port)];
        return peer == NOTHING ? Optional.empty() : Optional.of(new Port(peer / ports, peer % ports));
    }

    /** The ports of a chip that lead to another, lowest first. */
    public List<Integer> portsTo(int chip, int other) {
        List<Integer> found = new ArrayList<>();
        for (int port = 0; port < ports; port++) {
            int peer = peers[index(chip, port)];
            if (peer != NOTHING && peer / ports == other) {
                found.add(port);
            }
        }
        return found;
    }

    /** Links between the chips of two sets, each counted once: what a cut severs. */
    public int linksAcross(java.util.function.IntPredicate side) {
        int links = 0;
        for (int end = 0; end < peers.length; end++) {
            int peer = peers[end];
            if (peer > end && side.test(end / ports) != side.test(peer / ports)) {
                links++;
            }
        }
        return links;
    }

    /** Hops on the shortest way from a chip to every chip; -1 where there is none. */
    public int[] hopsFrom(int chip) {
        int[] hops = new int[chips];
        Arrays.fill(hops, NOTHING);
        hops[chip] = 0;
        int[] queue = new int[chips];
        int tail = 0;
        queue[tail++] = chip;
        for (int head = 0; head < tail; head++) {
            int from = queue[head];
            for (int port = 0; port < ports; port++) {
                int peer = peers[index(from, port)];
                if (peer != NOTHING && hops[peer / ports] == NOTHING) {
                    hops[peer / ports] = hops[from] + 1;
                    queue[tail++] = peer / ports;
                }
            }
        }
        return hops;
    }

    /** The largest number of hops between two chips. */
    public int diameter() {
        int diameter = 0;
        for (int chip = 0; chip < chips; chip++) {
            diameter = Math.max(diameter, Arrays.stream(hopsFrom(chip)).max().orElse(0));
        }
        return diameter;
    }

    private void joinNodes() {
        for (int chip = 0; chip < chips; chip++) {
            int first = chip / nodeChips * nodeChips;
            for (int other = first; other < Math.min(chips, first + nodeChips); other++) {
                if (other != chip) {
                    peers[index(chip, localPort(chip - first, other - first))] =
                            index(other, localPort(other - first, chip - first));
                }
            }
        }
    }

    /** For nodes of a power of two chips the exclusive or; for others the rank of the other chip. */
    private int localPort(int from, int to) {
        if (Integer.bitCount(nodeChips) == 1) {
            return (from ^ to) - 1;
        }
        return to < from ? to : to - 1;
    }

    private void joinNeighbours(Machine machine, boolean ring) {
        int reach = machine.whole(Quantity.QUADFOUR_REACH);
        int links = machine.whole(Quantity.QUADFOUR_LINKS);
        if (2 * reach * links > globalPorts()) {
            throw new MachineException("A node has " + globalPorts() + " global ports; " + links
                    + " links to each of 2 x " + reach + " neighbours need more. Lower system.quadfour_links.");
        }
        int nodes = nodes();
        int[] used = new int[nodes];
        for (int distance = 1; distance <= reach; distance++) {
            for (int node = 0; node < nodes; node++) {
                int other = node + distance;
                if (other >= nodes) {
                    // A small ring meets itself: every pair of nodes is joined once.
                    if (!ring || 2 * distance > nodes || (2 * distance == nodes && node >= distance)) {
                        continue;
                    }
                    other -= nodes;
                } else if (ring && 2 * distance > nodes) {
                    continue;
                } else if (ring && 2 * distance == nodes && node >= distance) {
                    continue;
                }
                for (int link = 0; link < links; link++) {
                    join(node, used[node]++, other, used[other]++);
                }
            }
        }
    }

    /** Whether nodes can be numbered by fours that do the same: there are as many, and each has its own neighbours on both sides. */
    private boolean hasQuads(Machine machine, boolean ring) {
        return machine.whole(Quantity.QUADFOUR_REACH) == QUAD
                && 2 * machine.whole(Quantity.QUADFOUR_LINKS) == nodeChips
                && globalPorts() == nodeChips * QUAD
                && nodes() % QUAD == 0
                && (!ring || nodes() > 2 * QUAD);
    }

    /**
     * Joins neighbours so that nodes which share work do so alike. In every aligned four of nodes the lower half of a node's chips have the links to the other three (port
     * number by the exclusive or of the nodes' numbers) and to the node four further on; the upper half have those to the node four before, and to
     * the three neighbours in other fours. The maker publishes how many links there are, not which chips have them.
     */
    private void joinQuads(Machine machine, boolean ring) {
        int links = machine.whole(Quantity.QUADFOUR_LINKS);
        int nodes = nodes();
        for (int node = 0; node < nodes; node++) {
            for (int distance = 1; distance <= QUAD; distance++) {
                int other = node + distance;
                if (other >= nodes && !ring) {
                    continue;
                }
                other %= nodes;
                for (int chip = 0; chip < links; chip++) {
                    int port = local + QUAD - 1;
                    if (distance == QUAD) {
                        link(node * nodeChips + chip, port, other * nodeChips + links + chip, port);
                    } else if (node / QUAD == other / QUAD) {
                        int mate = local + (node ^ other) - 1;
                        link(node * nodeChips + chip, mate, other * nodeChips + chip, mate);
                    } else {
                        link(
                                node * nodeChips + links + chip,
                                local + outside(node, distance),
                                other * nodeChips + links + chip,
                                local + outside(other, -distance));
                    }
                }
            }
        }
    }

    /** Rank of a neighbour among the three that belong to other fours, the nearest before first. */
    private static int outside(int node, int distance) {
        int place = node % QUAD;
        int before = QUAD - 1 - place;
        return distance < 0 ? distance + QUAD - 1 : before + distance + place - QUAD;
    }

    private void link(int chip, int port, int otherChip, int otherPort) {
        int end = index(chip, port);
        int other = index(otherChip, otherPort);
        if (peers[end] != NOTHING || peers[other] != NOTHING) {
            throw new AssertionError("port used twice");
        }
        peers[end] = other;
        peers[other] = end;
    }

    /**
     * Joins every two nodes by as many links. Where ports suffice, nodes are numbered by fours that do alike, as with {@link #joinQuads}: links inside an aligned four are at the first chips
     * of its nodes, one port for each of the other three; so are those to the node of the same rank in the next four, which end at the chips behind these. How the maker numbers
     * them is not published.
     */
    private void joinAllNodes() {
        int nodes = nodes();
        int links = globalPorts() / (nodes - 1);
        if (links == 0) {
            throw new MachineException(nodes + " nodes cannot all be joined over " + globalPorts()
                    + " global ports each. Use the topology dragonfly_racks.");
        }
        boolean fours = nodeChips == 2 * QUAD && globalPorts() == nodeChips * QUAD;
        int aligned = fours ? nodes / QUAD * QUAD : 0;
        for (int node = 0; node < nodes; node++) {
            for (int other = node + 1; other < nodes; other++) {
                for (int link = 0; link < links; link++) {
                    if (other < aligned && node / QUAD == other / QUAD) {
                        joinInFour(node, other, link);
                    } else if (other < aligned && other == node + QUAD) {
                        int port = local + QUAD - 1;
                        link(node * nodeChips + link, port, other * nodeChips + links + link, port);
                    }
                }
            }
        }
        joinRest(links, aligned);
    }

    /** The first link of every chip to each other node of the four has a port of its own; more links share the last port. */
    private void joinInFour(int node, int other, int link) {
        int mate = (node ^ other) - 1;
        boolean more = link >= nodeChips;
        int chip = more ? 2 * mate + link - nodeChips : link;
        int port = local + (more ? QUAD - 1 : mate);
        link(node * nodeChips + chip, port, other * nodeChips + chip, port);
    }

    /** Joins over free ports, in their order, the nodes that are neither in one aligned four nor of one rank in two that follow each other. */
    private void joinRest(int links, int aligned) {
        for (int node = 0; node < nodes(); node++) {
            for (int other = node + 1; other < nodes(); other++) {
                boolean joined = other < aligned && (node / QUAD == other / QUAD || other == node + QUAD);
                for (int link = 0; link < links && !joined; link++) {
                    join(node, freePort(node), other, freePort(other));
                }
            }
        }
    }

    private int freePort(int node) {
        for (int port = 0; port < globalPorts(); port++) {
            if (peers[globalPort(node, port)] == NOTHING) {
                return port;
            }
        }
        throw new AssertionError("no port is free");
    }

    private void joinRacks(Machine machine) {
        int rackNodes = machine.whole(Quantity.RACK_NODES);
        int links = machine.whole(Quantity.RACK_LINKS);
        int nodes = nodes();
        if (nodes % rackNodes != 0) {
            throw new MachineException(
                    nodes + " nodes are no whole racks. Use a multiple of " + rackNodes * nodeChips + " chips.");
        }
        int inside = links * (rackNodes - 1);
        int outside = globalPorts() - inside;
        int racks = nodes / rackNodes;
        int perPair = racks == 1 ? 0 : rackNodes * outside / (racks - 1);
        if (outside < 0 || (racks > 1 && perPair == 0)) {
            throw new MachineException(racks + " racks cannot all be joined over " + Math.max(0, rackNodes * outside)
                    + " ports each. Use fewer racks or a lower system.rack_links.");
        }
        for (int rack = 0; rack < racks; rack++) {
            for (int node = 0; node < rackNodes; node++) {
                for (int other = node + 1; other < rackNodes; other++) {
                    for (int link = 0; link < links; link++) {
                        join(
                                rack * rackNodes + node,
                                (other - 1) * links + link,
                                rack * rackNodes + other,
                                node * links + link);
                    }
                }
            }
            for (int other = rack + 1; other < racks; other++) {
                for (int link = 0; link < perPair; link++) {
                    int here = (other - 1) * perPair + link;
                    int there = rack * perPair + link;
                    join(
                            rack * rackNodes + here % rackNodes,
                            inside + here / rackNodes,
                            other * rackNodes + there % rackNodes,
                            inside + there / rackNodes);
                }
            }
        }
    }

    private int globalPorts() {
        return nodeChips * (ports - local);
    }

    private void join(int node, int port, int otherNode, int otherPort) {
        int end = globalPort(node, port);
        int other = globalPort(otherNode, otherPort);
        if (peers[end] != NOTHING || peers[other] != NOTHING) {
            throw new AssertionError("port used twice");
        }
        peers[end] = other;
        peers[other] = end;
    }

    private int globalPort(int node, int port) {
        return index(node * nodeChips + port % nodeChips, local + port / nodeChips);
    }

    private int index(int chip, int port) {
        if (chip < 0 || chip >= chips || port < 0 || port >= ports) {
            throw new MachineException("There is no port " + port + " on a chip " + chip + ": the system has " + chips
                    + " chips with " + ports + " ports each.");
        }
        return chip * ports + port;
    }
}
