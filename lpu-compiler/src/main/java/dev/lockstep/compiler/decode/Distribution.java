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
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** How blocks of the residual that one chip of a node has, or that come from the stage before, reach the memories of all of them. */
final class Distribution {
    private static final int TURN_STREAM = 22;
    private static final int PASS_STREAM = 30;

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
        return receive(vector, Layout::residual);
    }

    private Arrival receive(Sums.Sent vector, IntFunction<Place> places) {
        int source = vector.source();
        Place place = places.apply(vector.block());
        long low = receive(place, source, vector.low(), vector.lowLabel(), 0);
        long high = receive(place, source, vector.high(), vector.highLabelAlone(), 1);
        return Arrival.flowing(geometry, vector.block(), Math.max(low, high), source);
    }

    private long receive(Place place, int source, long u, int expected, int plane) {
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
                    keep(group, Ports.side(port), place, plane, stream, label, w);
                }
            }
        }));
    }

    /** Writes one byte plane of a block, which flows inward, in both hemispheres. */
    private void keep(Group group, Hemisphere side, Place whole, int plane, int stream, int label, long w) {
        Place place = new Place(List.of(whole.slices().get(plane)), whole.word());
        group.writeInward(side, place, stream, label, w);
        group.writeOutward(Ports.opposite(side), place, stream, label, geometry.crossing(w));
    }

    /**
     * Takes blocks from the stage before, and passes them on inside the node.
     *
     * @param forwarded with keys of this stage's time
     * @param places where they go
     */
    List<Arrival> enter(List<Sums.Sent> forwarded, Transfer transfer, IntFunction<Place> places) {
        List<Arrival> arrivals = new ArrayList<>();
        List<Sums.Sent> passed = new ArrayList<>();
        for (Sums.Sent vector : forwarded) {
            int labels = scheduler.labels(2);
            Transfer.Link link = transfer.of(vector.block());
            Place place = places.apply(vector.block());
            long low = enter(place, link, vector.low(), 0, vector.lowLabel(), labels);
            long high = enter(place, link, vector.high(), 1, vector.highLabelAlone(), labels + 1);
            passed.add(new Sums.Sent(vector.block(), link.to(), low, high, labels, labels + 1));
            links.take(low, high);
        }
        for (Sums.Sent vector : passed) {
            arrivals.add(receive(vector, places));
        }
        return arrivals;
    }

    /** Sends blocks of the residual to the next stage as they are, from the chips that have links there. */
    List<Sums.Sent> pass(long[] available, Transfer transfer) {
        List<Sums.Sent> sent = new ArrayList<>();
        int together = transfer.links().size();
        long free = 0;
        for (int first = 0; first < available.length; first += together) {
            int from = first;
            int end = Math.min(available.length, first + together);
            long ready = Arrays.stream(available, first, end).max().orElseThrow();
            List<Sums.Sent> own = new ArrayList<>();
            scheduler.attempt(Math.max(free, ready), at -> {
                own.clear();
                long low = scheduler.flight(at);
                long high = scheduler.flight(low + geometry.vectorCycles);
                Stream out = Geometry.out(Ports.side(transfer.of(from).port()), PASS_STREAM);
                scheduler.alone(out, low);
                scheduler.alone(out, high);
                for (int block = from; block < end; block++) {
                    own.add(pass(block, low, high, transfer.of(block)));
                }
            });
            free = own.getFirst().high() + geometry.vectorCycles;
            sent.addAll(own);
        }
        return sent;
    }

    private Sums.Sent pass(int block, long low, long high, Transfer.Link link) {
        Group group = scheduler.chip(link.from());
        Hemisphere side = Ports.side(link.port());
        int labels = Sums.forwardLabel(block);
        Sums.Sent vector = new Sums.Sent(block, link.from(), low, high, labels, labels + 1);
        Place place = Layout.residual(block);
        group.readOutward(
                side, new Place(place.slices().subList(0, 1), place.word()), PASS_STREAM, vector.lowLabel(), low);
        group.readOutward(
                side,
                new Place(place.slices().subList(1, 2), place.word()),
                PASS_STREAM + 1,
                vector.highLabelAlone(),
                high);
        Ports.send(group, geometry, link.port(), PASS_STREAM, vector);
        return vector;
    }

    /** Receives one byte plane from the stage before and sends it to the node; returns the key with which it was sent. */
    private long enter(Place place, Transfer.Link link, long u, int plane, int expected, int label) {
        Group group = scheduler.chip(link.to());
        int stream = Ports.stream(link.entry()) + plane;
        int sentLabel = plane == 0
                ? label
                : new Flow(Geometry.in(Hemisphere.EAST, 0), label).plane(1).label();
        long cycle = scheduler.attempt(u + geometry.switches + geometry.link, at -> {
            Flow to = new Flow(Geometry.in(Hemisphere.EAST, stream), sentLabel);
            group.put(Queue.link(link.entry()), at, new LinkInstruction.Receive(expected, to));
            long w = geometry.received(at);
            keep(group, Hemisphere.EAST, place, plane, stream, sentLabel, w);
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
