package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.machine.Port;
import dev.lockstep.lpu.machine.Wiring;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Links over which a stage passes the residual to the next: from each node to the node of the same rank.
 *
 * @param links of a node; block b takes link b modulo their number
 */
record Transfer(List<Link> links) {
    /** Chips and ports at both ends, chips counted in their nodes. */
    record Link(int from, int port, int to, int entry) {}

    Transfer {
        links = List.copyOf(links);
    }

    /**
     * Links that all nodes of a stage have in the same places, each chip at most once at either end.
     *
     * @param first chip of the stage
     * @param next first chip of the next one
     * @param nodes of a stage
     */
    static Transfer between(Wiring wiring, int first, int next, int nodes, int nodeChips, int firstPort, int lastPort) {
        List<Link> links = new ArrayList<>();
        Set<Integer> entered = new HashSet<>();
        for (int chip = 0; chip < nodeChips; chip++) {
            for (int port = firstPort; port <= lastPort; port++) {
                Port end = wiring.peer(first + chip, port).orElse(null);
                int to = end == null ? -1 : end.chip() - next;
                if (to >= 0
                        && to < nodeChips
                        && !entered.contains(to)
                        && everywhere(wiring, first, next, nodes, nodeChips, new Link(chip, port, to, end.port()))) {
                    links.add(new Link(chip, port, to, end.port()));
                    entered.add(to);
                    break;
                }
            }
        }
        return new Transfer(links);
    }

    private static boolean everywhere(Wiring wiring, int first, int next, int nodes, int nodeChips, Link link) {
        for (int node = 0; node < nodes; node++) {
            int moved = node * nodeChips;
            Port there = new Port(next + moved + link.to(), link.entry());
            if (!wiring.peer(first + moved + link.from(), link.port())
                    .filter(there::equals)
                    .isPresent()) {
                return false;
            }
        }
        return true;
    }

    Link of(int block) {
        return links.get(block % links.size());
    }

    /** The chips that send. */
    List<Integer> senders() {
        return links.stream().map(Link::from).toList();
    }
}
