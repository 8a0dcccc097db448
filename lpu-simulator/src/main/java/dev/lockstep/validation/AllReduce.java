package dev.lockstep.validation;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Repeat;

/**
 * Adds a tensor of INT8 over the eight chips of a node in two shots: every chip sends each other its part, adds the seven parts that it gets to its
 * own while they come in, and sends the sums to all. Vectors leave every 27 cycles on all seven links.
 */
final class AllReduce {
    static final int CHIPS = 8;
    private static final int LINKS = CHIPS - 1;

    /** Slices of a side: what leaves through a port, what comes in, sums, and results. Port 6 is alone on the east side. */
    private static final int OUT_SLICE = 30;

    private static final int IN_SLICE = 20;
    private static final int RESULT_SLICE = 10;
    private static final int SUM_SLICE = 43;
    private static final int OWN_SLICE = 0;

    private final Machine machine;
    private final Floorplan floorplan;
    private final int vectors;
    private final Draft draft = new Draft(Topology.NODE, CHIPS);

    /** @param vectors of each of the eight parts */
    AllReduce(Machine machine, int vectors) {
        this.machine = machine;
        this.vectors = vectors;
        floorplan = new Floorplan(machine);
    }

    static int port(int chip, int other) {
        return (chip ^ other) - 1;
    }

    static Hemisphere side(int port) {
        return Queue.link(port).hemisphere();
    }

    /** Where the part lies that leaves through a port, from word 0 on. */
    static int outSlice(int port) {
        return OUT_SLICE + port;
    }

    /** Where a chip's own part lies, in the west. */
    static int ownSlice() {
        return OWN_SLICE;
    }

    /** Where the sums of a chip's own part lie, in the west. */
    static int sumSlice() {
        return SUM_SLICE;
    }

    /** Where the sums that came in through a port lie. */
    static int resultSlice(int port) {
        return RESULT_SLICE + port;
    }

    LpuProgram program() {
        int vectorCycles = machine.whole(Quantity.VECTOR_CYCLES);
        for (int chip = 0; chip < CHIPS; chip++) {
            int arrived = Integer.MIN_VALUE;
            for (int port = 0; port < LINKS; port++) {
                send(chip, port, 0, outSlice(port), 1000);
                arrived = Math.max(arrived, receive(chip, port, machine.linkCycles(), IN_SLICE + port, 1000, 2000));
            }
            int summed = add(chip, arrived);
            // The first shot must have left the ports.
            int second = Math.max(
                    summed + machine.whole(Quantity.READ_CYCLES) + distance(Hemisphere.WEST, SUM_SLICE),
                    vectorCycles * vectors);
            for (int port = 0; port < LINKS; port++) {
                send(chip, port, second, -1, 5000);
                receive(chip, port, second + machine.linkCycles(), resultSlice(port), 5000, 6000);
            }
            for (Hemisphere side : Hemisphere.values()) {
                read(chip, side, SUM_SLICE, second, 31, 5000);
            }
        }
        return draft.program(machine.name());
    }

    /** Sends from a slice of the port's side, or, if there is none, what the stream of sums carries. */
    private void send(int chip, int port, int cycle, int slice, int label) {
        Hemisphere side = side(port);
        int stream = slice < 0 ? 31 : port;
        if (slice >= 0) {
            read(chip, side, slice, cycle, stream, label);
        }
        draft.add(
                chip,
                Queue.link(port),
                cycle,
                new LinkInstruction.Send(new Flow(new Stream(side.outward(), stream), label)),
                everyVector(0));
    }

    private void read(int chip, Hemisphere side, int slice, int cycle, int stream, int label) {
        draft.add(
                chip,
                Queue.memory(side, slice),
                cycle - machine.whole(Quantity.READ_CYCLES) - distance(side, slice),
                new MemoryInstruction.Read(Address.of(0), new Flow(new Stream(side.outward(), stream), label)),
                everyVector(1));
    }

    /** Receives into a slice; gives the first cycle in which the first vector can be read. */
    private int receive(int chip, int port, int cycle, int slice, int expected, int label) {
        Hemisphere side = side(port);
        Flow to = new Flow(new Stream(side.inward(), port), label);
        draft.add(chip, Queue.link(port), cycle, new LinkInstruction.Receive(expected, to), everyVector(0));
        int write = cycle + machine.whole(Quantity.RECEIVE_CYCLES) + distance(side, slice);
        draft.add(
                chip, Queue.memory(side, slice), write, new MemoryInstruction.Write(to, Address.of(0)), everyVector(1));
        return write + machine.whole(Quantity.WRITE_CYCLES);
    }

    /** Adds own and received vectors, one sum every 27 cycles; gives the first cycle in which the first sum can be read on both sides. */
    private int add(int chip, int arrived) {
        // Every operand comes in time for its ALU: the chain advances by an ALU's latency each.
        int alu = machine.whole(Quantity.ALU_CYCLES);
        int first = arrived
                + machine.whole(Quantity.READ_CYCLES)
                + floorplan.vectorInput(Direction.EASTWARD)
                - floorplan.memory(Hemisphere.WEST, IN_SLICE + LINKS);
        Flow own = operand(chip, Hemisphere.WEST, OWN_SLICE, 8, first, 3000);
        int label = 0;
        for (int port = 0; port < LINKS; port++) {
            Flow other = operand(chip, side(port), IN_SLICE + port, 9 + port, first + port * alu, 3100 + 1000 * port);
            Operand x = port == 0 ? new Operand.OfStream(own) : new Operand.OfAlu(port - 1, label, false);
            label = 20_000 + 1000 * port;
            boolean last = port == LINKS - 1;
            addition(
                    chip,
                    port,
                    first + port * alu,
                    x,
                    other,
                    last ? Result.onto(new Flow(new Stream(Direction.WESTWARD, 30), label)) : Result.kept(label));
            if (last) {
                addition(
                        chip,
                        port + 1,
                        first + port * alu,
                        x,
                        other,
                        Result.onto(new Flow(new Stream(Direction.EASTWARD, 30), label)));
            }
        }
        int done = first + LINKS * alu;
        int written = 0;
        for (Hemisphere side : Hemisphere.values()) {
            Direction out = side.outward();
            int write = done + out.hops(floorplan.vectorOutput(out), floorplan.memory(side, SUM_SLICE));
            draft.add(
                    chip,
                    Queue.memory(side, SUM_SLICE),
                    write,
                    new MemoryInstruction.Write(new Flow(new Stream(out, 30), label), Address.of(0)),
                    everyVector(1));
            written = Math.max(written, write);
        }
        return written + machine.whole(Quantity.WRITE_CYCLES);
    }

    private Flow operand(int chip, Hemisphere side, int slice, int stream, int cycle, int label) {
        Direction in = side.inward();
        Flow flow = new Flow(new Stream(in, stream), label);
        draft.add(
                chip,
                Queue.memory(side, slice),
                cycle
                        - machine.whole(Quantity.READ_CYCLES)
                        - in.hops(floorplan.memory(side, slice), floorplan.vectorInput(in)),
                new MemoryInstruction.Read(Address.of(0), flow),
                everyVector(1));
        return flow;
    }

    private void addition(int chip, int alu, int cycle, Operand x, Flow y, Result to) {
        draft.add(
                chip,
                Queue.alu(alu),
                cycle,
                new VectorInstruction.Binary(
                        VectorInstruction.BinaryOperation.ADD, Element.INT8, x, new Operand.OfStream(y), to),
                everyVector(0));
    }

    private Repeat everyVector(int words) {
        return Draft.times(vectors, machine.whole(Quantity.VECTOR_CYCLES), words, 1);
    }

    /** Hops between a slice and the ports of its side. */
    private int distance(Hemisphere side, int slice) {
        return side.outward().hops(floorplan.memory(side, slice), floorplan.switches(side));
    }
}
