package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Hemisphere;

/**
 * Sums that every chip adds for itself: each sends its part of a block to all others of its node at once, and, where a stage has several nodes, the node's sum
 * to its like in each of them. All chips do the same, and add in an order that gives them the same bits.
 */
final class OneShotSums {
    private static final int PART_STREAM = 2;
    private static final int SUM_STREAM = 20;
    private static final int TOTAL_STREAM = 22;

    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Reception reception;
    private final NodeLinks links;
    private final Group all;
    private final int nodes;
    private final int ports;
    /** Keys from which on links inside the node, and to other nodes, are free. */
    private long insideFree;

    private long outsideFree;

    /** @param nodes 1, 2 or 4; if there are several, every chip has a link to its like in each */
    OneShotSums(Scheduler scheduler, NodeLinks links, int nodes) {
        this.scheduler = scheduler;
        this.geometry = scheduler.geometry();
        this.reception = new Reception(scheduler);
        this.links = links;
        this.all = scheduler.all();
        this.nodes = nodes;
        this.ports = scheduler.chips() - 1;
    }

    /** Sends parts of a block to all chips of the node. */
    Sums.Sent scatter(int block, Sums.Part part) {
        Sums.Sent[] sent = new Sums.Sent[1];
        scheduler.attempt(Math.max(insideFree, geometry.outwardAt(part.ready() + geometry.alu)), from -> {
            Sums.Sent vector = vector(block, from);
            links.requireIdle(vector.low(), vector.high());
            Kept value = part.place(geometry.completedFor(vector.low()) - geometry.alu);
            emit(vector, value, PART_STREAM, 0, ports, Layout.ownPart(block));
            sent[0] = vector;
        });
        insideFree = sent[0].high() + geometry.vectorCycles;
        links.take(sent[0].low(), sent[0].high());
        return sent[0];
    }

    private Sums.Sent vector(int block, long from) {
        long low = scheduler.flight(from);
        long high = scheduler.flight(low + geometry.vectorCycles);
        int labels = scheduler.labels(2);
        return new Sums.Sent(block, Arrival.HERE, low, high, labels, labels + 1);
    }

    /** Sends a value over ports that follow each other, low bytes and later high ones, and keeps it as the others will see it. */
    private void emit(Sums.Sent vector, Kept value, int stream, int firstPort, int count, Place own) {
        long first = geometry.completedFor(vector.low()) - geometry.alu;
        long second = geometry.completedFor(vector.high()) - geometry.alu;
        for (Hemisphere side : Hemisphere.values()) {
            boolean sends = false;
            for (int port = firstPort; port < firstPort + count; port++) {
                if (Ports.side(port) == side) {
                    Ports.send(all, geometry, port, stream, vector);
                    sends = true;
                }
            }
            if (sends || side == Hemisphere.EAST) {
                Stream out = Geometry.out(side, stream);
                Kept narrow = all.narrow(
                        Reception.after(value, first), first, sends ? second : first, out, vector.lowLabel());
                if (sends) {
                    all.copy(Element.FP16, narrow.operand(), second, out, vector.highLabel());
                }
            }
        }
        all.writeOutward(Hemisphere.EAST, own, stream, vector.lowLabel(), vector.low());
    }

    /** Adds a block's parts and the residual; both keys of the result are that with which it went to memory. */
    Sums.Sent finish(Sums.Sent parts) {
        Sums.Sent last = nodes == 1 ? parts : exchange(parts);
        int firstPort = nodes == 1 ? 0 : Ports.FIRST_GLOBAL;
        int count = nodes == 1 ? ports : nodes - 1;
        int block = parts.block();
        Place own = nodes == 1 ? Layout.ownPart(block) : Layout.ownNode(block);
        Sums.Sent[] kept = new Sums.Sent[1];
        long base = reception.base(last);
        scheduler.attempt(base, from -> {
            requireInTime(from - base);
            Kept sum = reception.sum(all, last, firstPort, count, own, from, from - base, ready -> ready);
            Kept total = reception.withResidual(all, block, sum, sum.ready() + geometry.alu);
            kept[0] = keep(block, total);
        });
        return kept[0];
    }

    private static void requireInTime(long late) {
        if (late >= Reception.MOST_LATE) {
            throw new Conflict("vectors that wait in ports");
        }
    }

    /** Adds a node's parts, and sends the sum to the other nodes. */
    private Sums.Sent exchange(Sums.Sent parts) {
        Sums.Sent[] sent = new Sums.Sent[1];
        long ready = geometry.outwardAt(reception.base(parts) + reception.latency(ports + 1) + geometry.alu);
        long earliest = Math.max(outsideFree, ready);
        scheduler.attempt(earliest, from -> {
            long late = (from - earliest) % Reception.MOST_LATE;
            Sums.Sent vector = vector(parts.block(), Math.max(from, ready + late));
            long emission = geometry.completedFor(vector.low()) - geometry.alu;
            Place own = Layout.ownPart(parts.block());
            Kept sum =
                    reception.sum(all, parts, 0, ports, own, reception.base(parts) + late, late, complete -> emission);
            emit(vector, sum, SUM_STREAM, Ports.FIRST_GLOBAL, nodes - 1, Layout.ownNode(parts.block()));
            sent[0] = vector;
        });
        outsideFree = sent[0].high() + geometry.vectorCycles;
        return sent[0];
    }

    /** FP16 into both hemispheres' memory. */
    private Sums.Sent keep(int block, Kept total) {
        long cycle = total.ready();
        long u = geometry.outwardAt(cycle + geometry.alu);
        int label = scheduler.label();
        for (Hemisphere side : Hemisphere.values()) {
            all.narrow(total.operand(), cycle, cycle, Geometry.out(side, TOTAL_STREAM), label);
            all.writeOutward(side, Layout.residual(block), TOTAL_STREAM, label, u);
        }
        return new Sums.Sent(block, Arrival.HERE, u, u, label, label);
    }
}
