package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sums over carriers. Block b of the residual stream belongs to one chip of each node, its carrier: the node's other chips send it their
 * parts, it adds them in a fixed order, exchanges the node's sum with the carriers of the other nodes, adds those and the residual, and sends the
 * new residual to its node, or to the next stage.
 */
final class CarrierSums {
    private static final int COLLECT_OPERATIONS = 6;
    /** Rows to arrays flow on the first two streams. */
    static final int[] PART_STREAMS = {2, 24, 26, 28};

    private static final int SUM_STREAM = 20;
    private static final int TOTAL_STREAM = 22;

    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Reception reception;
    private final NodeLinks links;
    private final int nodes;
    private List<Integer> carriers;
    private @Nullable Transfer forward;
    private @Nullable Part part;
    /** Keys from which on the links of each kind are free. */
    private long scatterFree;

    private long exchangeFree;
    private long gatherFree;

    /**
     * @param nodes 1, 2 or 4
     * @param carriers chips of a node that have the links to the other nodes, the first ones
     */
    CarrierSums(Scheduler scheduler, NodeLinks links, int nodes, int carriers) {
        this.scheduler = scheduler;
        this.geometry = scheduler.geometry();
        this.reception = new Reception(scheduler);
        this.links = links;
        this.nodes = nodes;
        this.carriers = IntStream.range(0, nodes == 1 ? scheduler.chips() : carriers)
                .boxed()
                .toList();
    }

    /** What follows is a part of a sum over stages: what those before have given is added, the residual only if no part follows. */
    void part(List<Arrival> before, boolean completes) {
        part = before.isEmpty() && completes ? null : new Part(before, completes);
    }

    /**
     * @param before blocks that the stages before have given, in the order of their numbers
     * @param completes whether the residual is added
     */
    private record Part(List<Arrival> before, boolean completes) {
        int values() {
            return (before.isEmpty() ? 0 : 1) + (completes ? 1 : 0);
        }
    }

    /** What follows goes to the next stage, and is carried by the chips that have links to it. */
    void forward(Transfer transfer) {
        forward = transfer;
        carriers = transfer.senders();
    }

    /** How many blocks are summed at the same time. */
    int together() {
        return carriers.size();
    }

    /** Sends parts of blocks that belong to different carriers and are ready at about the same time. */
    List<Sums.Sent> scatter(List<Integer> blocks, List<? extends Sums.Part> parts) {
        long ready = parts.stream().mapToLong(Sums.Part::ready).max().orElseThrow();
        List<Sums.Sent> sent = new ArrayList<>();
        scheduler.attempt(Math.max(scatterFree, geometry.outwardAt(ready + geometry.alu)), from -> {
            sent.clear();
            long low = scheduler.flight(from);
            long high = scheduler.flight(low + geometry.vectorCycles);
            links.requireIdle(low, high);
            for (int i = 0; i < blocks.size(); i++) {
                int labels = scheduler.labels(2);
                Sums.Sent vector = new Sums.Sent(blocks.get(i), carrier(blocks.get(i)), low, high, labels, labels + 1);
                sent.add(vector);
                Kept part = parts.get(i).place(geometry.completedFor(low) - geometry.alu);
                for (int chip = 0; chip < scheduler.chips(); chip++) {
                    part(chip, vector, part, PART_STREAMS[i]);
                }
            }
        });
        scatterFree = sent.getFirst().high() + geometry.vectorCycles;
        links.take(sent.getFirst().low(), sent.getFirst().high());
        return sent;
    }

    private void part(int chip, Sums.Sent vector, Kept part, int stream) {
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
        int port = Ports.local(chip, carrier);
        Stream out = Geometry.out(Ports.side(port), stream);
        Kept narrow = group.narrow(part.operand(), first, second, out, vector.lowLabel());
        group.copy(Element.FP16, narrow.operand(), second, out, vector.highLabel());
        Ports.send(group, geometry, port, stream, vector);
    }

    /** Adds the parts of a node at its carrier. */
    private Kept collect(Sums.Sent vector, long late, long until) {
        int carrier = carrier(vector.block());
        Group group = scheduler.chip(carrier);
        int others = scheduler.chips() - 1;
        long base = reception.base(vector) + late;
        Kept[] chains = new Kept[3];
        int[] fed = new int[3];
        int alu = geometry.alu;
        for (int port = 0; port < others; port++) {
            int chain = port < Ports.WEST ? port % 2 : 2;
            long step = base + chain % 2 + (long) alu * fed[chain];
            reception.wait(group, port, vector, late);
            Operand arrived = reception.arrive(group, port, vector, step);
            chains[chain] = feed(group, chains[chain], arrived, step, fed[chain]++, base);
        }
        long step = base + (long) alu * fed[2];
        Operand own = reception.fromMemory(group, Layout.ownPart(vector.block()), step);
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

    /** Operations from the arrival of the last part of a sum to its end, and of the last node's sum to the total. */
    private long collected(Sums.Sent vector) {
        return reception.base(vector) + COLLECT_OPERATIONS * (long) geometry.alu + 1;
    }

    private long totalled(Sums.Sent vector) {
        long sum = nodes == 1 ? collected(vector) : reception.base(vector) + reception.latency(nodes);
        return sum + geometry.alu * (part == null ? 1L : part.values());
    }

    /** Adds what was scattered together, and sends it to all chips of the node, or to the next stage. */
    List<Sums.Sent> finish(List<Sums.Sent> blocks) {
        return spread(nodes == 1 ? blocks : exchange(blocks));
    }

    /** Adds the parts of a node at the carriers, and sends the sums to the carriers of the other nodes. */
    private List<Sums.Sent> exchange(List<Sums.Sent> blocks) {
        List<Sums.Sent> sent = new ArrayList<>();
        long ready = geometry.outwardAt(collected(blocks.getFirst()) + geometry.alu);
        long earliest = Math.max(exchangeFree, ready);
        scheduler.attempt(earliest, from -> {
            sent.clear();
            long late = (from - earliest) % Reception.MOST_LATE;
            long low = scheduler.flight(Math.max(from, ready + late));
            long high = scheduler.flight(low + geometry.vectorCycles);
            for (Sums.Sent block : blocks) {
                int labels = scheduler.labels(2);
                Sums.Sent vector = new Sums.Sent(block.block(), carrier(block.block()), low, high, labels, labels + 1);
                sent.add(vector);
                Group group = scheduler.chip(carrier(vector.block()));
                Stream out = Geometry.out(Hemisphere.EAST, SUM_STREAM);
                long first = geometry.completedFor(low) - geometry.alu;
                long second = geometry.completedFor(high) - geometry.alu;
                Kept sum = collect(block, late, first);
                Kept narrow = group.narrow(Reception.after(sum, first), first, second, out, labels);
                group.copy(Element.FP16, narrow.operand(), second, out, labels + 1);
                group.writeOutward(Hemisphere.EAST, Layout.ownNode(vector.block()), SUM_STREAM, labels, low);
                for (int mate = 1; mate < nodes; mate++) {
                    Ports.send(group, geometry, Ports.FIRST_GLOBAL + mate - 1, SUM_STREAM, vector);
                }
            }
        });
        exchangeFree = sent.getFirst().high() + geometry.vectorCycles;
        return sent;
    }

    /** Adds what is missing to the totals at the carriers, and sends them to all chips of the node, or to the next stage. */
    private List<Sums.Sent> spread(List<Sums.Sent> blocks) {
        List<Sums.Sent> sent = emit(blocks, gatherFree);
        gatherFree = sent.getFirst().high() + geometry.vectorCycles;
        if (forward == null) {
            links.take(sent.getFirst().low(), sent.getFirst().high());
        }
        return sent;
    }

    private List<Sums.Sent> emit(List<Sums.Sent> blocks, long free) {
        List<Sums.Sent> sent = new ArrayList<>();
        long ready = geometry.outwardAt(totalled(blocks.getFirst()) + geometry.alu);
        long earliest = Math.max(free, ready);
        scheduler.attempt(earliest, from -> {
            sent.clear();
            long late = (from - earliest) % Reception.MOST_LATE;
            long low = scheduler.flight(Math.max(from, ready + late));
            long high = scheduler.flight(low + geometry.vectorCycles);
            if (forward == null) {
                links.requireIdle(low, high);
            }
            for (int i = 0; i < blocks.size(); i++) {
                int block = blocks.get(i).block();
                int labels = label(block);
                Sums.Sent vector = new Sums.Sent(block, carrier(block), low, high, labels, labels + 1);
                sent.add(vector);
                int carrier = carrier(block);
                Group group = scheduler.chip(carrier);
                long emission = geometry.completedFor(low) - geometry.alu;
                Kept total = part != null
                        ? withParts(group, blocks.get(i), late, emission, part)
                        : reception.withResidual(group, block, sum(group, blocks.get(i), late, 0), emission);
                for (Hemisphere side : Hemisphere.values()) {
                    if (forward != null && side == Hemisphere.WEST) {
                        continue;
                    }
                    Stream out = Geometry.out(side, TOTAL_STREAM);
                    long first = geometry.completedFor(low) - geometry.alu;
                    long second = geometry.completedFor(high) - geometry.alu;
                    Kept narrow = group.narrow(Reception.after(total, first), first, second, out, labels);
                    group.copy(Element.FP16, narrow.operand(), second, out, labels + 1);
                    if (forward == null) {
                        group.writeOutward(side, Layout.residual(block), TOTAL_STREAM, labels, low);
                    }
                }
                if (forward != null) {
                    Ports.send(group, geometry, forward.of(block).port(), TOTAL_STREAM, vector);
                } else {
                    for (int port = 0; port < scheduler.chips() - 1; port++) {
                        Ports.send(group, geometry, port, TOTAL_STREAM, vector);
                    }
                }
            }
        });
        return sent;
    }

    private int label(int block) {
        if (forward == null) {
            return scheduler.labels(2);
        }
        return part != null && !part.completes() ? Sums.partialLabel(block) : Sums.forwardLabel(block);
    }

    /** The sum and what stages before have given, which may come later; both wait for the emission. */
    private Kept withParts(Group group, Sums.Sent vector, long late, long emission, Part part) {
        int block = vector.block();
        long cycle = emission - (long) part.values() * geometry.alu;
        Kept sum = sum(group, vector, late, cycle);
        Reception.after(sum, cycle);
        List<Place> places = new ArrayList<>();
        if (!part.before().isEmpty()) {
            Arrival arrival = part.before().get(block);
            if (geometry.inwardAt(cycle - geometry.alu) < arrival.outward() + 2L * geometry.memory(1)) {
                throw new Conflict("what comes from the stage before");
            }
            places.add(Layout.partial(block));
        }
        if (part.completes()) {
            places.add(Layout.residual(block));
        }
        for (int number = 0; number < places.size(); number++) {
            long until = number + 1 < places.size() ? cycle + geometry.alu : emission;
            Operand read = reception.fromMemory(group, places.get(number), cycle - geometry.alu);
            Kept value = group.widen(read, cycle - geometry.alu, cycle);
            sum = group.binary(BinaryOperation.ADD, sum.operand(), value.operand(), cycle, until);
            cycle += geometry.alu;
        }
        return sum;
    }

    /** The sum of all nodes, where they have sent theirs, or of the node; it stays until a cycle at least. */
    private Kept sum(Group group, Sums.Sent vector, long late, long until) {
        if (nodes == 1) {
            return collect(vector, late, Math.max(until, collected(vector) + late));
        }
        return reception.sum(
                group,
                vector,
                Ports.FIRST_GLOBAL,
                nodes - 1,
                Layout.ownNode(vector.block()),
                reception.base(vector) + late,
                late,
                ready -> Math.max(until, ready));
    }

    private int carrier(int block) {
        return carriers.get(block % carriers.size());
    }
}
