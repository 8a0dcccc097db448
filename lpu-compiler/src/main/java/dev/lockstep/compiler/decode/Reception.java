package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * What chips receive of a sum, and how they add it. Low bytes come first and wait in memory; when the high ones come, both flow to the vector unit with
 * one key.
 */
final class Reception {
    /** Vectors can wait in a port for less than the time in which the next two come. */
    static final int MOST_LATE = 16;

    private static final int OWN_STREAM = 28;

    private final Scheduler scheduler;
    private final Geometry geometry;

    Reception(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.geometry = scheduler.geometry();
    }

    /** Receives low bytes and lets them wait in memory; each port of a side has a cycle of its own. */
    void wait(Group group, int port, Sums.Sent vector, long late) {
        long cycle = vector.low() + geometry.switches + geometry.link + port % Ports.WEST + late;
        int label = scheduler.label();
        Hemisphere side = Ports.side(port);
        int stream = Ports.stream(port);
        Flow to = new Flow(Geometry.in(side, stream), label);
        group.put(Queue.link(port), cycle, new LinkInstruction.Receive(vector.lowLabel(), to));
        group.writeInward(side, Layout.waiting(port, vector.block()), stream, label, geometry.received(cycle));
    }

    /** Receives high bytes and reads the low ones so that the vector unit takes both in a cycle. */
    Operand arrive(Group group, int port, Sums.Sent vector, long taken) {
        long w = geometry.inwardAt(taken);
        Hemisphere side = Ports.side(port);
        int stream = Ports.stream(port);
        int label = scheduler.label();
        Flow pair = new Flow(Geometry.in(side, stream), label);
        group.put(
                Queue.link(port),
                w - geometry.received(0),
                new LinkInstruction.Receive(vector.highLabelAlone(), pair.plane(1)));
        group.readInward(side, Layout.waiting(port, vector.block()), stream, label, w);
        return Ports.operand(port, label);
    }

    /** The earliest cycle in which the vector unit takes the first of what {@link #sum} adds. */
    long base(Sums.Sent vector) {
        return geometry.taken(geometry.overLink(vector.high()));
    }

    /** Cycles from there to the sum of so many values. */
    int latency(int values) {
        return values - 1 + geometry.alu * (1 + Integer.numberOfTrailingZeros(values));
    }

    /**
     * Adds a chip's own value and what comes over ports that follow each other, one cycle after the other, in pairs of pairs. What comes over the k-th port was
     * sent by the one whose number differs by k in its bits, so all who add the same values get the same bits.
     *
     * @param count ports, one less than a power of two
     * @param base cycle in which the vector unit takes the own value
     * @param until the last cycle in which the sum is used
     */
    Kept sum(
            Group group,
            Sums.Sent vector,
            int firstPort,
            int count,
            Place own,
            long base,
            long late,
            LongUnaryOperator until) {
        List<Kept> values = new ArrayList<>();
        for (int number = 0; number <= count; number++) {
            long cycle = base + number;
            Operand operand;
            if (number == 0) {
                operand = fromMemory(group, own, cycle);
            } else {
                wait(group, firstPort + number - 1, vector, late);
                operand = arrive(group, firstPort + number - 1, vector, cycle);
            }
            values.add(group.widen(operand, cycle, (number | 1) + base + geometry.alu));
        }
        for (int together = 2; together <= count + 1; together *= 2) {
            values = pairs(group, values, base, together, until);
        }
        return values.getFirst();
    }

    /** Adds pairs into sums of so many values. */
    private List<Kept> pairs(Group group, List<Kept> values, long base, int together, LongUnaryOperator until) {
        List<Kept> sums = new ArrayList<>();
        for (int number = 0; 2 * number < values.size(); number++) {
            Kept one = values.get(2 * number);
            Kept other = values.get(2 * number + 1);
            long ready = base + (number + 1L) * together - 1 + latency(together) - (together - 1) - geometry.alu;
            // It waits for the other of the next pair, which has values that come later.
            long needed = ready + geometry.alu + (1 - number % 2) * (long) together;
            boolean last = values.size() == 2;
            sums.add(group.binary(
                    BinaryOperation.ADD,
                    one.operand(),
                    other.operand(),
                    ready,
                    last ? until.applyAsLong(ready + geometry.alu) : needed));
        }
        return sums;
    }

    /** Adds the residual. */
    Kept withResidual(Group group, int block, Kept sum, long until) {
        long cycle = sum.ready() - geometry.alu;
        Kept residual = group.widen(fromMemory(group, Layout.residual(block), cycle), cycle, sum.ready());
        return group.binary(BinaryOperation.ADD, sum.operand(), residual.operand(), sum.ready(), until);
    }

    Operand fromMemory(Group group, Place place, long cycle) {
        int label = scheduler.label();
        group.readInward(Hemisphere.EAST, place, OWN_STREAM, label, geometry.inwardAt(cycle));
        return new Operand.OfStream(new Flow(Geometry.in(Hemisphere.EAST, OWN_STREAM), label));
    }

    /** @throws Conflict if a result is not there in a cycle */
    static Operand after(Kept kept, long cycle) {
        if (kept.ready() > cycle) {
            throw new Conflict("a result of cycle " + kept.ready());
        }
        return kept.operand();
    }
}
