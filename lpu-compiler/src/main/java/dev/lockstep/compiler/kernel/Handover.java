package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Flight;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.compiler.schedule.Scheduler;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.LinkInstruction.Receive;
import dev.lockstep.lpu.isa.LinkInstruction.Send;
import dev.lockstep.lpu.isa.MemoryInstruction.Write;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Port;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Wiring;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings a row that all chips of a node have to all chips of the next node of a pipeline. Its byte planes are dealt out over all links between the two nodes; whoever receives one stores it, and when all
 * have arrived sends it on to the rest of its node. The instructions of all chips count from the same cycle 0.
 */
public final class Handover {
    private final Chip chip;
    private final Wiring wiring;
    private final Vectors row;
    private final int nodeChips;
    private final int localPorts;
    private final int items;

    /** A link from the chip that sends to the one that receives; {@code rank} counts the links of either chip. */
    private record Link(int from, int port, int fromRank, int to, int toPort, int toRank) {}

    /** @param row where it lies, on all chips alike */
    public Handover(Chip chip, Wiring wiring, Vectors row) {
        this.chip = chip;
        this.wiring = wiring;
        this.row = row;
        this.nodeChips = chip.machine().whole(Quantity.NODE_CHIPS);
        this.localPorts = chip.machine().whole(Quantity.LOCAL_PORTS);
        this.items = row.count() * row.type().planes();
    }

    /** What each chip of the two nodes does that does anything. */
    public Map<Integer, Fragment> fragments(int fromNode, int toNode) {
        for (int delay = 0; delay < chip.linkInterval(); delay++) {
            Map<Integer, Fragment> fragments = emit(fromNode, toNode, delay);
            if (fragments.values().stream().allMatch(f -> Scheduler.consistent(f, chip.machine()))) {
                return fragments;
            }
        }
        throw new IllegalStateException("a row cannot be handed over between nodes " + fromNode + " and " + toNode);
    }

    /** @param delay of what is received inside the node, so that it does not meet what is sent */
    private Map<Integer, Fragment> emit(int fromNode, int toNode, int delay) {
        Map<Integer, Fragment> fragments = new TreeMap<>();
        List<Link> links = links(fromNode, toNode);
        int ranks = links.stream().mapToInt(Link::fromRank).max().orElseThrow() + 1;
        Map<Integer, List<Integer>> received = new TreeMap<>();
        for (int item = 0; item < items; item++) {
            Link link = links.get(item % links.size());
            int cycle = item / links.size() * chip.linkInterval();
            send(fragment(fragments, link.from()), item, 0, link.port(), link.fromRank(), cycle + link.fromRank());
            receive(
                    fragment(fragments, link.to()),
                    item,
                    0,
                    link.toPort(),
                    link.toRank(),
                    cycle + ranks + chip.linkDelay() + link.toRank());
            received.computeIfAbsent(link.to(), _ -> new ArrayList<>()).add(item);
        }
        int stored = received.keySet().stream()
                .mapToInt(to -> fragments.get(to).lastWrite())
                .max()
                .orElseThrow();
        int start = stored + chip.read() + longestWay();
        received.forEach((to, its) -> {
            for (int i = 0; i < its.size(); i++) {
                spread(fragments, to, its.get(i), start + i * chip.linkInterval(), delay);
            }
        });
        return fragments;
    }

    /** Sends a byte plane from a chip to the rest of its node. */
    private void spread(Map<Integer, Fragment> fragments, int from, int item, int cycle, int delay) {
        for (int port = 0; port < localPorts; port++) {
            send(fragments.get(from), item, 1, port, localPorts, cycle);
            Port peer = wiring.peer(from, port).orElseThrow();
            receive(
                    fragment(fragments, peer.chip()),
                    item,
                    1,
                    peer.port(),
                    peer.port(),
                    cycle + chip.linkDelay() + peer.port() + delay);
        }
    }

    private void send(Fragment fragment, int item, int hop, int port, int stream, int cycle) {
        Hemisphere side = Queue.link(port).hemisphere();
        Flow flow = new Flow(new Stream(side.outward(), stream), label(item, hop, false));
        if (port == 0 || port >= localPorts || Queue.link(port - 1).hemisphere() != side) {
            Memory.read(
                    chip,
                    fragment,
                    row.hemisphere(),
                    slice(item),
                    row.at(item / row.type().planes()),
                    flow,
                    cycle,
                    chip.switches(side));
        }
        fragment.issue(Queue.link(port), cycle, new Send(flow));
    }

    private void receive(Fragment fragment, int item, int hop, int port, int stream, int cycle) {
        Hemisphere side = Queue.link(port).hemisphere();
        Direction inward = side.inward();
        Flow flow = new Flow(new Stream(inward, stream), label(item, hop, true));
        fragment.issue(Queue.link(port), cycle, new Receive(label(item, hop, false), flow));
        int driven = cycle + chip.receive();
        int place = chip.memory(row.hemisphere(), slice(item));
        int taken = driven + inward.hops(chip.switches(side), place);
        var target = row.at(item / row.type().planes());
        fragment.issue(Queue.memory(row.hemisphere(), slice(item)), taken, new Write(flow, target));
        fragment.writes(row.hemisphere(), slice(item), target, taken + chip.write());
        fragment.fly(new Flight(flow.stream(), driven, chip.switches(side), place, 1, 1));
    }

    /** The slice of a byte plane: planes of a vector follow one another. */
    private int slice(int item) {
        return row.slice() + item % row.type().planes();
    }

    private int label(int item, int hop, boolean received) {
        return 1 + item + items * (2 * hop + (received ? 1 : 0));
    }

    private int longestWay() {
        Hemisphere far = row.hemisphere() == Hemisphere.EAST ? Hemisphere.WEST : Hemisphere.EAST;
        return far.outward().hops(chip.memory(row.hemisphere(), row.slice()), chip.switches(far));
    }

    private static Fragment fragment(Map<Integer, Fragment> fragments, int number) {
        return fragments.computeIfAbsent(number, _ -> new Fragment("hand over"));
    }

    private List<Link> links(int fromNode, int toNode) {
        List<Link> links = new ArrayList<>();
        Map<Integer, Integer> ranks = new TreeMap<>();
        for (int port = localPorts; port < chip.machine().whole(Quantity.PORTS); port++) {
            for (int from = fromNode * nodeChips; from < (fromNode + 1) * nodeChips; from++) {
                var peer = wiring.peer(from, port);
                if (peer.isPresent() && wiring.node(peer.get().chip()) == toNode) {
                    int to = peer.get().chip();
                    int fromRank = ranks.merge(from, 1, Integer::sum) - 1;
                    int toRank = ranks.merge(to, 1, Integer::sum) - 1;
                    links.add(new Link(from, port, fromRank, to, peer.get().port(), toRank));
                }
            }
        }
        if (links.isEmpty()) {
            throw new IllegalStateException("no link leads from node " + fromNode + " to node " + toNode);
        }
        return links;
    }
}
