package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;

/** How blocks of the residual that one chip of a node has, or that come from the stage before, reach the memories of all of them. */
final class Distribution {
    private static final int TURN_STREAM = 22;

    private final Scheduler scheduler;
    private final Geometry geometry;
    private final NodeLinks links;

    Distribution(Scheduler scheduler, NodeLinks links) {
        this.scheduler = scheduler;
        this.geometry = scheduler.geometry();
        this.links = links;
    }

    /** Receives a block of the new residual on all chips but the one that sent it. */
    Arrival receive(Sums.Sent vector) {
        int source = vector.source();
        long low = receive(vector, source, vector.low(), vector.lowLabel(), 0);
        long high = receive(vector, source, vector.high(), vector.highLabelAlone(), 1);
        return Arrival.flowing(geometry, vector.block(), Math.max(low, high), source);
    }

    private long receive(Sums.Sent vector, int source, long u, int expected, int plane) {
        return geometry.received(scheduler.attempt(u + geometry.switches + geometry.link, cycle -> {
            for (int chip = 0; chip < scheduler.chips(); chip++) {
                if (chip != source) {
                    int port = Ports.local(chip, source);
                    int stream = Ports.stream(port) + plane;
                    int label = scheduler.label();
                    Group group = scheduler.chip(chip);
                    Flow to = new Flow(Geometry.in(Ports.side(port), stream), label);
                    group.put(Queue.link(port), cycle, new LinkInstruction.Receive(expected, to));
                    long w = geometry.received(cycle);
                    keep(group, Ports.side(port), vector.block(), plane, stream, label, w);
                }
            }
        }));
    }

    /** Writes one byte plane of a block of the residual, which flows inward, in both hemispheres. */
    private void keep(Group group, Hemisphere side, int block, int plane, int stream, int label, long w) {
        Place place = new Place(List.of(Layout.residual(block).slices().get(plane)), block);
        group.writeInward(side, place, stream, label, w);
        group.writeOutward(Ports.opposite(side), place, stream, label, geometry.crossing(w));
    }

    /**
     * Takes the residual from the stage before, and passes it on inside the node.
     *
     * @param forwarded with keys of this stage's time
     */
    List<Arrival> enter(List<Sums.Sent> forwarded, Transfer transfer) {
        List<Arrival> arrivals = new ArrayList<>();
        List<Sums.Sent> passed = new ArrayList<>();
        for (Sums.Sent vector : forwarded) {
            int labels = scheduler.labels(2);
            Transfer.Link link = transfer.of(vector.block());
            long low = enter(vector, link, vector.low(), 0, vector.lowLabel(), labels);
            long high = enter(vector, link, vector.high(), 1, vector.highLabelAlone(), labels + 1);
            passed.add(new Sums.Sent(vector.block(), link.to(), low, high, labels, labels + 1));
            links.take(low, high);
        }
        for (Sums.Sent vector : passed) {
            arrivals.add(receive(vector));
        }
        return arrivals;
    }

    /** Receives one byte plane from the stage before and sends it to the node; returns the key with which it was sent. */
    private long enter(Sums.Sent vector, Transfer.Link link, long u, int plane, int expected, int label) {
        Group group = scheduler.chip(link.to());
        int stream = Ports.stream(link.entry()) + plane;
        int sentLabel = plane == 0
                ? label
                : new Flow(Geometry.in(Hemisphere.EAST, 0), label).plane(1).label();
        long cycle = scheduler.attempt(u + geometry.switches + geometry.link, at -> {
            Flow to = new Flow(Geometry.in(Hemisphere.EAST, stream), sentLabel);
            group.put(Queue.link(link.entry()), at, new LinkInstruction.Receive(expected, to));
            long w = geometry.received(at);
            keep(group, Hemisphere.EAST, vector.block(), plane, stream, sentLabel, w);
            long out = geometry.crossing(w);
            scheduler.through(out);
            for (int port = 0; port < Math.min(Ports.WEST, scheduler.chips() - 1); port++) {
                Flow from = new Flow(Geometry.out(Hemisphere.WEST, stream), sentLabel);
                group.put(Queue.link(port), out + geometry.switches, new LinkInstruction.Send(from));
            }
            if (scheduler.chips() > Ports.WEST + 1) {
                turn(group, stream, sentLabel, w, out);
            }
        });
        return geometry.crossing(geometry.received(cycle));
    }

    /** What came from the east has to turn round to reach the east's own port, at the same time as the others. */
    private void turn(Group group, int stream, int label, long w, long out) {
        Operand passing = new Operand.OfStream(new Flow(Geometry.in(Hemisphere.EAST, stream), label));
        long again = geometry.completedFor(out) - geometry.alu;
        Kept kept = group.unary(UnaryOperation.COPY, Element.INT8, passing, geometry.taken(w), again);
        Stream east = Geometry.out(Hemisphere.EAST, TURN_STREAM);
        group.copy(Element.INT8, kept.operand(), again, east, label);
        group.put(Queue.link(Ports.WEST), out + geometry.switches, new LinkInstruction.Send(new Flow(east, label)));
    }
}
