package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sums over the chips of a stage. Block b of the residual stream belongs to one chip of each node, its carrier: the node's other chips send it their
 * parts, it adds them in a fixed order, exchanges the node's sum with the carriers of the other nodes, adds those and the residual, and sends the
 * new residual to its node. Additions pair (node 0 + node 1) + (node 2 + node 3), so that all nodes get the same bits.
 * Values travel as FP16, low bytes first.
 */
final class Sums {
    /** Ports of the west switch; the others are at the east one. */
    private static final int WEST_PORTS = 6;

    private static final int FIRST_GLOBAL = 7;
    private static final int COLLECT_OPERATIONS = 6;
    /** Vectors can wait in a port for less than the time in which the next two come. */
    private static final int MOST_LATE = 16;
    /** Rows to arrays flow on the first two streams. */
    private static final int[] PART_STREAMS = {2, 24, 26, 28};

    /** Blocks whose parts can be sent at a time. */
    static final int MOST_PARTS = PART_STREAMS.length;

    private static final int SUM_STREAM = 20;
    private static final int TOTAL_STREAM = 22;
    private static final int RESIDUAL_STREAM = 28;

    private final Scheduler scheduler;
    private final Geometry geometry;
    private final int nodes;
    private List<Integer> carriers;
    private @Nullable Transfer forward;
    /** Keys from which on the links of each kind are free. */
    private long scatterFree;

    private long exchangeFree;
    private long gatherFree;
    /** Keys with which vectors leave over links inside the node, where sums that begin and sums that end can meet. */
    private final TreeSet<Long> inside = new TreeSet<>();

    /**
     * @param nodes 1, 2 or 4
     * @param carriers chips of a node that have the links to the other nodes, the first ones
     */
    Sums(Scheduler scheduler, int nodes, int carriers) {
        this.scheduler = scheduler;
        this.geometry = scheduler.geometry();
        this.nodes = nodes;
        this.carriers = IntStream.range(0, nodes == 1 ? scheduler.chips() : carriers)
                .boxed()
                .toList();
    }

    /** What follows goes to the next stage, and is carried by the chips that have links to it. */
    void forward(Transfer transfer) {
        forward = transfer;
        carriers = transfer.senders();
    }

    int nodes() {
        return nodes;
    }

    /** How many blocks are summed at the same time. */
    int carriers() {
        return carriers.size();
    }

    /** A vector on its way: the chip that sends it on, the keys with which its bytes were sent, and their labels. */
    record Sent(int block, int source, long low, long high, int lowLabel, int highLabel) {
        Sent later(long cycles) {
            return new Sent(block, source, low + cycles, high + cycles, lowLabel, highLabel);
        }
    }

    /** A part of a sum, which all chips compute in the same cycle. */
    interface Part {
        /** When it is ready. */
        long ready();

        /** Places its last operation; the result is kept until a cycle. */
        Kept place(long until);
    }

    /** Sends parts of blocks that belong to different carriers and are ready at about the same time. */
    List<Sent> scatter(List<Integer> blocks, List<? extends Part> parts) {
        long ready = parts.stream().mapToLong(Part::ready).max().orElseThrow();
        List<Sent> sent = new ArrayList<>();
        scheduler.attempt(Math.max(scatterFree, geometry.outwardAt(ready + geometry.alu)), from -> {
            sent.clear();
            long low = scheduler.flight(from);
            long high = scheduler.flight(low + geometry.vectorCycles);
            requireIdle(low, high);
            for (int i = 0; i < blocks.size(); i++) {
                int labels = scheduler.labels(2);
                Sent vector = new Sent(blocks.get(i), carrier(blocks.get(i)), low, high, labels, labels + 1);
                sent.add(vector);
                Kept part = parts.get(i).place(geometry.completedFor(low) - geometry.alu);
                for (int chip = 0; chip < scheduler.chips(); chip++) {
                    part(chip, vector, part, PART_STREAMS[i]);
                }
            }
        });
        scatterFree = sent.getFirst().high() + geometry.vectorCycles;
        inside.addAll(List.of(sent.getFirst().low(), sent.getFirst().high()));
        return sent;
    }

    private void requireIdle(long low, long high) {
        for (long key : new long[] {low, high}) {
            Long next = inside.higher(key - geometry.vectorCycles);
            if (next != null && next < key + geometry.vectorCycles) {
                throw new Conflict("a vector on the link at " + next);
            }
        }
    }

    private void part(int chip, Sent vector, Kept part, int stream) {
        int carrier = carrier(vector.block());
        Group group = scheduler.chip(chip);
        long first = geometry.completedFor(vector.low()) - geometry.alu;
        long second = geometry.completedFor(vector.high()) - geometry.alu;
        if (chip == carrier) {
            Stream out = Geometry.out(Hemisphere.EAST, stream);
            group.narrow(part.operand(), first, first, out, vector.lowLabel());
            group.writeOutward(
                    Hemisphere.EAST, Layout.ownPart(vector.block()), stream, vector.lowLabel(), vector.low());
            return;
        }
        int port = local(chip, carrier);
        Stream out = Geometry.out(side(port), stream);
        Kept narrow = group.narrow(part.operand(), first, second, out, vector.lowLabel());
        group.copy(Element.FP16, narrow.operand(), second, out, vector.highLabel());
        send(group, port, stream, vector);
    }

    /** Both bytes of a vector from a pair of streams to a port. */
    private void send(Group group, int port, int stream, Sent vector) {
        Flow low = new Flow(Geometry.out(side(port), stream), vector.lowLabel());
        Flow high = new Flow(Geometry.out(side(port), stream), vector.highLabel()).plane(1);
        group.put(Queue.link(port), vector.low() + geometry.switches, new LinkInstruction.Send(low));
        group.put(Queue.link(port), vector.high() + geometry.switches, new LinkInstruction.Send(high));
    }

    /** Adds the parts of a node at its carrier. */
    private Kept collect(Sent vector, long late, long until) {
        int carrier = carrier(vector.block());
        Group group = scheduler.chip(carrier);
        int others = scheduler.chips() - 1;
        long base = geometry.taken(geometry.overLink(vector.high())) + late;
        Kept[] chains = new Kept[3];
        int[] fed = new int[3];
        int alu = geometry.alu;
        for (int port = 0; port < others; port++) {
            int chain = port < WEST_PORTS ? port % 2 : 2;
            long step = base + chain % 2 + (long) alu * fed[chain];
            long w = geometry.inwardAt(step);
            wait(group, port, vector, late);
            int stream = arrive(group, port, vector, w);
            chains[chain] = feed(group, chains[chain], stream(port, stream), step, fed[chain]++, base);
        }
        long step = base + (long) alu * fed[2];
        int label = scheduler.label();
        group.readInward(
                Hemisphere.EAST, Layout.ownPart(vector.block()), RESIDUAL_STREAM, label, geometry.inwardAt(step));
        Operand own = new Operand.OfStream(new Flow(Geometry.in(Hemisphere.EAST, RESIDUAL_STREAM), label));
        chains[2] = feed(group, chains[2], own, step, fed[2], base);
        Kept sum = chains[2];
        for (int chain = 0; chain < 2; chain++) {
            if (chains[chain] != null) {
                Kept one = sum;
                Kept other = chains[chain];
                long cycle = Math.max(one.ready(), other.ready());
                sum = group.binary(
                        BinaryOperation.ADD,
                        other.operand(),
                        one.operand(),
                        cycle,
                        chain == 1 || chains[1] == null ? until : cycle + 2L * alu);
            }
        }
        return sum;
    }

    /** Widens what arrives and adds it to a chain of sums. */
    private Kept feed(Group group, @Nullable Kept chain, Operand operand, long cycle, int step, long base) {
        int alu = geometry.alu;
        Kept wide = group.widen(operand, cycle, cycle + alu);
        long next = cycle + alu;
        if (chain == null) {
            return group.reserve(
                    false,
                    next,
                    base + 12L * alu,
                    to -> new VectorInstruction.Unary(UnaryOperation.COPY, Element.FP32, wide.operand(), to));
        }
        return group.again(
                chain,
                next,
                to -> new VectorInstruction.Binary(
                        BinaryOperation.ADD, Element.FP32, chain.operand(), wide.operand(), to));
    }

    /** Receives low bytes and lets them wait in memory. */
    private void wait(Group group, int port, Sent vector, long late) {
        long cycle = vector.low() + geometry.switches + geometry.link + port % WEST_PORTS + late;
        int label = scheduler.label();
        Flow to = new Flow(Geometry.in(side(port), stream(port)), label);
        group.put(Queue.link(port), cycle, new LinkInstruction.Receive(vector.lowLabel(), to));
        group.writeInward(
                side(port), Layout.waiting(port, vector.block()), stream(port), label, geometry.received(cycle));
    }

    /** Receives high bytes and reads the low ones so that both flow inward with one key; returns their label. */
    private int arrive(Group group, int port, Sent vector, long w) {
        int label = scheduler.label();
        Flow pair = new Flow(Geometry.in(side(port), stream(port)), label);
        long cycle = w - geometry.received(0);
        group.put(
                Queue.link(port),
                cycle,
                new LinkInstruction.Receive(
                        new Flow(pair.stream(), vector.highLabel()).plane(1).label(), pair.plane(1)));
        group.readInward(side(port), Layout.waiting(port, vector.block()), stream(port), label, w);
        return label;
    }

    /** Operations from the arrival of the last part of a sum to its end, and of the last node's sum to the total. */
    private long collected(Sent vector) {
        return geometry.taken(geometry.overLink(vector.high())) + COLLECT_OPERATIONS * (long) geometry.alu + 1;
    }

    private long totalled(Sent vector) {
        int additions = nodes == 4 ? 4 : nodes == 2 ? 3 : 1;
        return nodes == 1
                ? collected(vector) + geometry.alu
                : geometry.taken(geometry.overLink(vector.high())) + nodes - 1 + additions * (long) geometry.alu;
    }

    /** Adds the parts of a node at the carriers, and sends the sums to the carriers of the other nodes. */
    List<Sent> exchange(List<Sent> blocks) {
        List<Sent> sent = new ArrayList<>();
        long ready = geometry.outwardAt(collected(blocks.getFirst()) + geometry.alu);
        long earliest = Math.max(exchangeFree, ready);
        scheduler.attempt(earliest, from -> {
            sent.clear();
            long late = (from - earliest) % MOST_LATE;
            long low = scheduler.flight(Math.max(from, ready + late));
            long high = scheduler.flight(low + geometry.vectorCycles);
            for (Sent block : blocks) {
                int labels = scheduler.labels(2);
                Sent vector = new Sent(block.block(), carrier(block.block()), low, high, labels, labels + 1);
                sent.add(vector);
                Group group = scheduler.chip(carrier(vector.block()));
                Stream out = Geometry.out(Hemisphere.EAST, SUM_STREAM);
                long first = geometry.completedFor(low) - geometry.alu;
                long second = geometry.completedFor(high) - geometry.alu;
                Kept sum = collect(block, late, first);
                Kept narrow = group.narrow(after(sum, first), first, second, out, labels);
                group.copy(Element.FP16, narrow.operand(), second, out, labels + 1);
                group.writeOutward(Hemisphere.EAST, Layout.ownNode(vector.block()), SUM_STREAM, labels, low);
                for (int mate = 1; mate < nodes; mate++) {
                    send(group, FIRST_GLOBAL + mate - 1, SUM_STREAM, vector);
                }
            }
        });
        exchangeFree = sent.getFirst().high() + geometry.vectorCycles;
        return sent;
    }

    private static Operand after(Kept kept, long cycle) {
        if (kept.ready() > cycle) {
            throw new Conflict("a result of cycle " + kept.ready());
        }
        return kept.operand();
    }

    private Kept total(Sent vector, long late, long until) {
        Group group = scheduler.chip(carrier(vector.block()));
        int alu = geometry.alu;
        long base = geometry.taken(geometry.overLink(vector.high())) + late;
        List<Kept> wide = new ArrayList<>();
        for (int part = 0; part < nodes; part++) {
            long step = base + part;
            Operand operand;
            if (part == 1) {
                operand = fromMemory(group, Layout.ownNode(vector.block()), step);
            } else {
                int port = FIRST_GLOBAL + (part == 0 ? 0 : part - 1);
                long low = vector.low() + geometry.switches + geometry.link + late + port - FIRST_GLOBAL;
                int waiting = scheduler.label();
                Flow to = new Flow(Geometry.in(Hemisphere.EAST, stream(port)), waiting);
                group.put(Queue.link(port), low, new LinkInstruction.Receive(vector.lowLabel(), to));
                group.writeInward(
                        Hemisphere.EAST,
                        Layout.waiting(port, vector.block()),
                        stream(port),
                        waiting,
                        geometry.received(low));
                operand = stream(port, arrive(group, port, vector, geometry.inwardAt(step)));
            }
            wide.add(group.widen(operand, step, base + nodes + 2L * alu));
        }
        Kept sum = add(group, wide.get(0), wide.get(1), base + 6L * alu);
        if (nodes == 4) {
            Kept others = add(group, wide.get(2), wide.get(3), base + 6L * alu);
            sum = add(group, sum, others, base + 8L * alu);
        }
        return withResidual(group, vector.block(), sum, until);
    }

    private Kept add(Group group, Kept one, Kept other, long until) {
        return group.binary(
                BinaryOperation.ADD, one.operand(), other.operand(), Math.max(one.ready(), other.ready()), until);
    }

    private Operand fromMemory(Group group, Place place, long cycle) {
        int label = scheduler.label();
        group.readInward(Hemisphere.EAST, place, RESIDUAL_STREAM, label, geometry.inwardAt(cycle));
        return new Operand.OfStream(new Flow(Geometry.in(Hemisphere.EAST, RESIDUAL_STREAM), label));
    }

    private Kept withResidual(Group group, int block, Kept sum, long until) {
        long cycle = sum.ready() - geometry.alu;
        Kept residual = group.widen(fromMemory(group, Layout.residual(block), cycle), cycle, sum.ready());
        return group.binary(BinaryOperation.ADD, sum.operand(), residual.operand(), sum.ready(), until);
    }

    /** Adds what is missing to the totals at the carriers, and sends them to all chips of the node, or to the next stage. */
    List<Sent> spread(List<Sent> blocks) {
        List<Sent> sent = emit(blocks, gatherFree);
        gatherFree = sent.getFirst().high() + geometry.vectorCycles;
        if (forward == null) {
            inside.addAll(List.of(sent.getFirst().low(), sent.getFirst().high()));
        }
        return sent;
    }

    private List<Sent> emit(List<Sent> blocks, long free) {
        List<Sent> sent = new ArrayList<>();
        long ready = geometry.outwardAt(totalled(blocks.getFirst()) + geometry.alu);
        long earliest = Math.max(free, ready);
        scheduler.attempt(earliest, from -> {
            sent.clear();
            long late = (from - earliest) % MOST_LATE;
            long low = scheduler.flight(Math.max(from, ready + late));
            long high = scheduler.flight(low + geometry.vectorCycles);
            if (forward == null) {
                requireIdle(low, high);
            }
            for (int i = 0; i < blocks.size(); i++) {
                int block = blocks.get(i).block();
                int labels = forward != null ? forwardLabel(block) : scheduler.labels(2);
                Sent vector = new Sent(block, carrier(block), low, high, labels, labels + 1);
                sent.add(vector);
                int carrier = carrier(block);
                Group group = scheduler.chip(carrier);
                long emission = geometry.completedFor(low) - geometry.alu;
                Kept total = nodes == 1
                        ? withResidual(
                                group, block, collect(blocks.get(i), late, collected(blocks.get(i)) + late), emission)
                        : total(blocks.get(i), late, emission);
                for (Hemisphere side : Hemisphere.values()) {
                    if (forward != null && side == Hemisphere.WEST) {
                        continue;
                    }
                    Stream out = Geometry.out(side, TOTAL_STREAM);
                    long first = geometry.completedFor(low) - geometry.alu;
                    long second = geometry.completedFor(high) - geometry.alu;
                    Kept narrow = group.narrow(after(total, first), first, second, out, labels);
                    group.copy(Element.FP16, narrow.operand(), second, out, labels + 1);
                    if (forward == null) {
                        group.writeOutward(side, Layout.residual(block), TOTAL_STREAM, labels, low);
                    }
                }
                if (forward != null) {
                    send(group, forward.of(block).port(), TOTAL_STREAM, vector);
                } else {
                    for (int port = 0; port < scheduler.chips() - 1; port++) {
                        send(group, port, TOTAL_STREAM, vector);
                    }
                }
            }
        });
        return sent;
    }

    /** Receives the new residual on all chips but the senders. */
    List<Arrival> receive(List<Sent> sent) {
        List<Arrival> arrivals = new ArrayList<>();
        for (Sent vector : sent) {
            int source = vector.source();
            long low = receive(vector, source, vector.low(), vector.lowLabel(), 0);
            int highLabel = new Flow(Geometry.in(Hemisphere.EAST, 0), vector.highLabel())
                    .plane(1)
                    .label();
            long high = receive(vector, source, vector.high(), highLabel, 1);
            arrivals.add(new Arrival(vector.block(), Math.max(low, high), source));
        }
        return arrivals;
    }

    private long receive(Sent vector, int source, long u, int expected, int plane) {
        return geometry.received(scheduler.attempt(u + geometry.switches + geometry.link, cycle -> {
            for (int chip = 0; chip < scheduler.chips(); chip++) {
                if (chip != source) {
                    int port = local(chip, source);
                    int stream = stream(port) + plane;
                    int label = scheduler.label();
                    Group group = scheduler.chip(chip);
                    Flow to = new Flow(Geometry.in(side(port), stream), label);
                    group.put(Queue.link(port), cycle, new LinkInstruction.Receive(expected, to));
                    long w = geometry.received(cycle);
                    keep(group, side(port), vector.block(), plane, stream, label, w);
                }
            }
        }));
    }

    /** Writes one byte plane of a block of the residual, which flows inward, in both hemispheres. */
    private void keep(Group group, Hemisphere side, int block, int plane, int stream, int label, long w) {
        Place place = new Place(List.of(Layout.residual(block).slices().get(plane)), block);
        group.writeInward(side, place, stream, label, w);
        group.writeOutward(opposite(side), place, stream, label, geometry.crossing(w));
    }

    /**
     * Takes the residual from the stage before, and passes it on inside the node.
     *
     * @param forwarded with keys of this stage's time
     */
    List<Arrival> enter(List<Sent> forwarded, Transfer transfer) {
        List<Arrival> arrivals = new ArrayList<>();
        List<Sent> passed = new ArrayList<>();
        for (Sent vector : forwarded) {
            int labels = scheduler.labels(2);
            Transfer.Link link = transfer.of(vector.block());
            long low = enter(vector, link, vector.low(), 0, vector.lowLabel(), labels);
            int expected = new Flow(Geometry.in(Hemisphere.EAST, 0), vector.highLabel())
                    .plane(1)
                    .label();
            long high = enter(vector, link, vector.high(), 1, expected, labels + 1);
            passed.add(new Sent(vector.block(), link.to(), low, high, labels, labels + 1));
            inside.addAll(List.of(low, high));
        }
        for (Sent vector : passed) {
            arrivals.addAll(receive(List.of(vector)));
        }
        return arrivals;
    }

    /** Receives one byte plane from the stage before and sends it to the node; returns the key with which it was sent. */
    private long enter(Sent vector, Transfer.Link link, long u, int plane, int expected, int label) {
        Group group = scheduler.chip(link.to());
        int stream = stream(link.entry()) + plane;
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
            for (int port = 0; port < Math.min(WEST_PORTS, scheduler.chips() - 1); port++) {
                Flow from = new Flow(Geometry.out(Hemisphere.WEST, stream), sentLabel);
                group.put(Queue.link(port), out + geometry.switches, new LinkInstruction.Send(from));
            }
            if (scheduler.chips() > WEST_PORTS + 1) {
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
        Stream east = Geometry.out(Hemisphere.EAST, TOTAL_STREAM);
        group.copy(Element.INT8, kept.operand(), again, east, label);
        group.put(Queue.link(WEST_PORTS), out + geometry.switches, new LinkInstruction.Send(new Flow(east, label)));
    }

    /** Stages agree on these labels. */
    private static int forwardLabel(int block) {
        return Flow.PLANE / 2 + 2 * block;
    }

    /** The side on which a chip receives what another of its node sends; west for its own. */
    static Hemisphere arrivesAt(int chip, int source) {
        return chip == source ? Hemisphere.WEST : side(local(chip, source));
    }

    int carrier(int block) {
        return carriers.get(block % carriers.size());
    }

    /** The port to another chip of the node. */
    private static int local(int chip, int other) {
        return (chip ^ other) - 1;
    }

    private static Hemisphere side(int port) {
        return port < WEST_PORTS ? Hemisphere.WEST : Hemisphere.EAST;
    }

    private static Hemisphere opposite(Hemisphere side) {
        return side == Hemisphere.EAST ? Hemisphere.WEST : Hemisphere.EAST;
    }

    /** The pair of inward streams of a port. */
    private static int stream(int port) {
        return 8 + 2 * (port % WEST_PORTS);
    }

    private static Operand stream(int port, int label) {
        return new Operand.OfStream(new Flow(Geometry.in(side(port), stream(port)), label));
    }
}
