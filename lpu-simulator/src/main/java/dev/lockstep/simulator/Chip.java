package dev.lockstep.simulator;

import dev.lockstep.lpu.binary.QueueText;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One chip while it runs a program: takes the dispatches of its 144 queues in the order of their cycles and lets units do them. Chips
 * meet only in what they send, which arrives many cycles later; so each can run for that long without looking at the others.
 */
final class Chip {
    static final String WRONG_TEXT = "the vector there is not the queue's next text";

    private static final long NONE = -1;
    private static final byte[] NOTHING = {};

    private final int number;
    private final Machine machine;
    private final ChipMemory memory;
    private final List<int[]> maps;
    private final Effects effects;
    private final Fabric fabric;
    private final VectorUnit vectors;
    private final MatrixUnit[] matrices = new MatrixUnit[2];
    private final SwitchUnit[] switches = new SwitchUnit[2];
    private final int[] positions = new int[Queue.COUNT];
    private final PriorityQueue<QueueWalker> walkers = new PriorityQueue<>((a, b) -> a.cycle() != b.cycle()
            ? Long.compare(a.cycle(), b.cycle())
            : Integer.compare(a.queue().number(), b.queue().number()));

    private final Inbox[] inboxes;
    private final long[] linkFree;
    private final boolean[] wired;
    private final List<Sent> outbox = new ArrayList<>();

    private final @Nullable TextQueue[] texts = new TextQueue[Queue.COUNT];
    private final long[] parked = new long[Queue.COUNT];
    private final long[] earliest = new long[Queue.COUNT];
    private long lastNotify = Long.MIN_VALUE;

    private final Activity activity = new Activity();
    private long lastEffect = Long.MIN_VALUE;

    /** What leaves a chip: a vector, or, if that is absent, the call that wakes the queues of the other chip. */
    record Sent(int port, Inbox.Arrival arrival, boolean call) {}

    Chip(int number, Machine machine, ChipMemory memory, LpuProgram program, List<int[]> maps, boolean[] wired) {
        this.number = number;
        this.machine = machine;
        this.memory = memory;
        this.maps = maps;
        this.wired = wired;
        effects = new Effects(machine);
        fabric = new Fabric(machine, number, horizon(machine));
        vectors = new VectorUnit(machine, fabric);
        for (Hemisphere hemisphere : Hemisphere.values()) {
            matrices[hemisphere.ordinal()] = new MatrixUnit(machine, fabric, hemisphere);
            switches[hemisphere.ordinal()] = new SwitchUnit(machine, fabric, hemisphere);
        }
        int ports = machine.whole(Quantity.PORTS);
        inboxes = new Inbox[ports];
        Arrays.setAll(inboxes, unused -> new Inbox(machine.whole(Quantity.FIFO_VECTORS)));
        linkFree = new long[ports];
        Arrays.fill(parked, NONE);
        List<Placement> placements = program.chips().get(number);
        for (int queue = 0; queue < Queue.COUNT; queue++) {
            QueueWalker walker = new QueueWalker(number, Queue.of(queue), program.blocks(), placements);
            if (walker.cycle() != QueueWalker.END) {
                positions[queue] = effects.position(Queue.of(queue));
                if (program.fetchesText()) {
                    texts[queue] = new TextQueue(machine, QueueText.of(program, number, Queue.of(queue)));
                }
                walkers.add(walker);
            }
        }
    }

    /** The cycle of the next dispatch. */
    long nextCycle() {
        QueueWalker next = walkers.peek();
        return next == null ? QueueWalker.END : next.cycle();
    }

    /** Dispatches everything before a cycle. */
    void runBefore(long limit) {
        while (!walkers.isEmpty() && walkers.peek().cycle() < limit) {
            QueueWalker walker = walkers.poll();
            fabric.enter(walker);
            dispatch(walker);
            walker.advance();
            if (walker.cycle() != QueueWalker.END) {
                walkers.add(walker);
            }
        }
    }

    /** What was sent since the last call. */
    List<Sent> drainOutbox() {
        List<Sent> sent = List.copyOf(outbox);
        outbox.clear();
        return sent;
    }

    void arrive(int port, Sent sent) {
        if (sent.call()) {
            release(sent.arrival().cycle());
        } else {
            inboxes[port].add(sent.arrival());
        }
    }

    /** Refuses what a finished program has left behind. */
    void finish() {
        for (int port = 0; port < inboxes.length; port++) {
            if (!inboxes[port].isEmpty()) {
                Inbox.Arrival lost = inboxes[port].peek();
                throw atEnd(
                        lost.cycle(),
                        Queue.link(port),
                        "port " + port,
                        "vector " + Labels.text(lost.label()) + " has arrived and is never received");
            }
        }
        for (int queue = 0; queue < Queue.COUNT; queue++) {
            if (parked[queue] != NONE && earliest[queue] == Long.MAX_VALUE) {
                throw atEnd(
                        parked[queue], Queue.of(queue), "queue " + Queue.of(queue), "it is parked and nobody notifies");
            }
        }
        for (Hemisphere hemisphere : Hemisphere.values()) {
            for (int plane = 0; plane < machine.planesPerHemisphere(); plane++) {
                long arrival = matrices[hemisphere.ordinal()].leftProduct(plane);
                if (arrival != NONE) {
                    throw atEnd(
                            arrival,
                            new Queue(Queue.Unit.ACCUMULATORS, hemisphere, plane),
                            "matrix plane " + plane + " in the " + hemisphere + " accumulators",
                            "a product arrives and is never accumulated");
                }
            }
        }
        fabric.finish();
    }

    /** When all tiles have seen the last effect. */
    long completion() {
        return lastEffect == Long.MIN_VALUE ? 0 : lastEffect + machine.whole(Quantity.TILES);
    }

    Activity activity() {
        return activity;
    }

    private void dispatch(QueueWalker walker) {
        Instruction instruction = walker.instruction();
        Queue queue = walker.queue();
        long cycle = walker.cycle();
        awake(queue, cycle);
        TextQueue text = texts[queue.number()];
        if (text != null && walker.begins()) {
            text.dispatch(walker.textBytes()).ifPresent(wrong -> {
                throw fabric.refuse("queue " + queue, wrong);
            });
        }
        Element weights = Element.INT8;
        switch (instruction) {
            case MemoryInstruction operation -> {
                requireUnit(queue.unit() == Queue.Unit.MEMORY);
                memory(operation, walker);
            }
            case VectorInstruction operation -> {
                requireUnit(queue.unit() == Queue.Unit.ALU);
                vectors.issue(operation, queue, walker.labels());
            }
            case MatrixInstruction operation -> {
                requireUnit(unit(operation) == queue.unit());
                MatrixUnit matrix = matrices[queue.hemisphere().ordinal()];
                matrix.issue(operation, queue.index(), walker.words(), walker.labels());
                if (operation instanceof MatrixInstruction.Activate activate) {
                    weights = matrix.weights(queue.index(), cycle, activate.type());
                }
            }
            case SwitchInstruction operation -> {
                requireUnit(unit(operation) == queue.unit());
                switches[queue.hemisphere().ordinal()].issue(operation, maps, walker.labels());
            }
            case LinkInstruction operation -> {
                requireUnit(queue.unit() == Queue.Unit.LINK);
                link(operation, walker);
            }
            case ControlInstruction operation -> control(operation, walker);
        }
        effects.count(activity, queue, instruction, weights, 1);
        lastEffect = Math.max(lastEffect, cycle + effects.latency(instruction));
    }

    private void memory(MemoryInstruction instruction, QueueWalker walker) {
        Queue queue = walker.queue();
        Hemisphere hemisphere = queue.hemisphere();
        int slice = queue.index();
        int position = positions[queue.number()];
        switch (instruction) {
            case MemoryInstruction.Read read -> {
                byte[] vector = fabric.vector();
                memory.read(hemisphere, slice, word(walker.word(read.from()), slice), vector);
                drive(machine.whole(Quantity.READ_CYCLES), position, read.to(), walker, vector);
            }
            case MemoryInstruction.Write write ->
                memory.write(
                        hemisphere,
                        slice,
                        word(walker.word(write.to()), slice),
                        take(position, write.from(), 0, walker));
            case MemoryInstruction.Gather gather -> {
                byte[] low = take(position, gather.map(), 0, walker);
                byte[] high = take(position, gather.map(), 1, walker);
                byte[] vector = fabric.vector();
                int lanes = tileLanes();
                for (int lane = 0; lane < vector.length; lane += lanes) {
                    int word = word(walker.word(gather.from()) + offset(low, high, lane), slice);
                    memory.read(hemisphere, slice, word, vector, lane, lanes);
                }
                drive(machine.whole(Quantity.READ_CYCLES), position, gather.to(), walker, vector);
            }
            case MemoryInstruction.Scatter scatter -> {
                byte[] low = take(position, scatter.map(), 0, walker);
                byte[] high = take(position, scatter.map(), 1, walker);
                byte[] vector = take(position, scatter.from(), 0, walker);
                int lanes = tileLanes();
                for (int lane = 0; lane < vector.length; lane += lanes) {
                    int word = word(walker.word(scatter.to()) + offset(low, high, lane), slice);
                    memory.write(hemisphere, slice, word, vector, lane, lanes);
                }
            }
        }
    }

    private void link(LinkInstruction instruction, QueueWalker walker) {
        int port = walker.queue().port();
        long cycle = walker.cycle();
        int position = positions[walker.queue().number()];
        if (port >= wired.length) {
            throw fabric.refuse("port " + port, "the machine has " + wired.length);
        }
        switch (instruction) {
            case LinkInstruction.Send send -> {
                occupy(port, cycle);
                byte[] vector = take(position, send.from(), 0, walker).clone();
                outbox.add(new Sent(
                        port,
                        new Inbox.Arrival(
                                cycle + machine.linkCycles(),
                                walker.label(send.from().label()),
                                vector),
                        false));
            }
            case LinkInstruction.Receive receive -> {
                Inbox inbox = inboxes[port];
                if (inbox.isEmpty() || inbox.peek().cycle() > cycle) {
                    throw fabric.refuse("port " + port, "no vector has arrived");
                }
                long overflow = inbox.overflowBefore(cycle);
                if (overflow != NONE) {
                    throw fabric.refuse(
                            "port " + port,
                            "a vector arrived in cycle " + overflow + " while " + machine.whole(Quantity.FIFO_VECTORS)
                                    + " others were waiting");
                }
                Inbox.Arrival arrival = inbox.take();
                int expected = walker.label(receive.expected());
                if (expected != 0 && arrival.label() != 0 && arrival.label() != expected) {
                    throw fabric.refuse(
                            "port " + port,
                            "vector " + Labels.text(arrival.label()) + " has arrived instead of vector "
                                    + Labels.text(expected));
                }
                byte[] vector = fabric.vector();
                System.arraycopy(arrival.vector(), 0, vector, 0, vector.length);
                drive(machine.whole(Quantity.RECEIVE_CYCLES), position, receive.to(), walker, vector);
            }
            case LinkInstruction.Transmit _ -> {
                occupy(port, cycle);
                outbox.add(new Sent(port, new Inbox.Arrival(cycle + machine.linkCycles(), 0, new byte[0]), true));
            }
            case LinkInstruction.Deskew _ -> {
                int epoch = machine.whole(Quantity.EPOCH_CYCLES);
                earliest[walker.queue().number()] = (Math.floorDiv(cycle, epoch) + 1) * epoch;
            }
            case LinkInstruction.RuntimeDeskew deskew ->
                earliest[walker.queue().number()] = cycle + Math.max(1, deskew.cycles());
        }
    }

    private void occupy(int port, long cycle) {
        if (!wired[port]) {
            throw fabric.refuse("port " + port, "no link is joined to it");
        }
        if (cycle < linkFree[port]) {
            throw fabric.refuse("port " + port, "the link is busy until cycle " + linkFree[port]);
        }
        linkFree[port] = cycle + machine.whole(Quantity.VECTOR_CYCLES);
    }

    private void control(ControlInstruction instruction, QueueWalker walker) {
        int queue = walker.queue().number();
        long cycle = walker.cycle();
        switch (instruction) {
            case ControlInstruction.Sync _ -> {
                parked[queue] = cycle;
                earliest[queue] = lastNotify == cycle ? cycle + machine.whole(Quantity.BARRIER_CYCLES) : Long.MAX_VALUE;
            }
            case ControlInstruction.Notify _ -> release(cycle);
            case ControlInstruction.Fetch fetch -> fetch(fetch.from(), walker);
            case ControlInstruction.Configure configure -> {
                if (configure.superlanes() < 1 || configure.superlanes() > machine.whole(Quantity.SUPERLANES)) {
                    throw fabric.refuse(
                            configure.superlanes() + " superlanes",
                            "the machine has " + machine.whole(Quantity.SUPERLANES));
                }
            }
        }
    }

    private void fetch(Flow from, QueueWalker walker) {
        Queue queue = walker.queue();
        int position = positions[queue.number()];
        byte[] first = take(position, from, 0, walker);
        byte[] second = NOTHING;
        TextQueue text = texts[queue.number()];
        if (text != null) {
            text.fetch().ifPresent(wrong -> {
                throw fabric.refuse("queue " + queue, wrong);
            });
            if (!Arrays.equals(first, text.fetched(0, first.length))) {
                throw fabric.refuse("stream " + from.stream() + " at position " + position, WRONG_TEXT);
            }
            second = text.fetched(1, first.length);
        }
        fabric.expectNext(position, new Flow(from.stream(), walker.label(from.label())).advanced(1), second);
        earliest[queue.number()] = walker.cycle() + ControlInstruction.Fetch.VECTORS;
    }

    /** Lets all queues go on that were parked when a call came in this cycle. */
    private void release(long cycle) {
        lastNotify = cycle;
        for (int queue = 0; queue < Queue.COUNT; queue++) {
            if (parked[queue] != NONE && earliest[queue] == Long.MAX_VALUE && parked[queue] <= cycle) {
                earliest[queue] = cycle + machine.whole(Quantity.BARRIER_CYCLES);
            }
        }
    }

    private void awake(Queue queue, long cycle) {
        int number = queue.number();
        if (cycle < earliest[number]) {
            throw fabric.refuse(
                    "queue " + queue,
                    earliest[number] == Long.MAX_VALUE
                            ? "it has been parked since cycle " + parked[number] + " and nobody has notified"
                            : "it waits until cycle " + earliest[number]);
        }
        parked[number] = NONE;
    }

    private byte[] take(int position, Flow flow, int plane, QueueWalker walker) {
        int label = flow.label() == 0 ? 0 : walker.label(flow.label()) + plane * Flow.PLANE;
        return fabric.take(position, flow.stream().direction(), flow.stream().number() + plane, label);
    }

    private void drive(int latency, int position, Flow to, QueueWalker walker, byte[] vector) {
        fabric.drive(
                latency, position, to.stream().direction(), to.stream().number(), walker.label(to.label()), vector);
    }

    private int word(int word, int slice) {
        if (!memory.contains(slice, word)) {
            throw fabric.refuse("slice " + slice, "it has no word " + word + "; there are " + memory.words());
        }
        return word;
    }

    private int tileLanes() {
        return machine.lanes() / machine.whole(Quantity.SUPERLANES);
    }

    private static int offset(byte[] low, byte[] high, int lane) {
        return low[lane] & 0xff | (high[lane] & 0xff) << 8;
    }

    private void requireUnit(boolean right) {
        if (!right) {
            throw fabric.refuse("queue", "its unit cannot do this");
        }
    }

    private static Queue.Unit unit(MatrixInstruction instruction) {
        return switch (instruction) {
            case MatrixInstruction.LoadWeights _, MatrixInstruction.InstallWeights _ -> Queue.Unit.WEIGHTS;
            case MatrixInstruction.Activate _ -> Queue.Unit.ACTIVATIONS;
            case MatrixInstruction.Accumulate _ -> Queue.Unit.ACCUMULATORS;
        };
    }

    private static Queue.Unit unit(SwitchInstruction instruction) {
        return switch (instruction) {
            case SwitchInstruction.Transpose _ -> Queue.Unit.TRANSPOSER;
            case SwitchInstruction.Distribute _ -> Queue.Unit.DISTRIBUTOR;
            case SwitchInstruction.Permute _ -> Queue.Unit.PERMUTER;
            case SwitchInstruction.Shift _, SwitchInstruction.Rotate _ -> Queue.Unit.SHIFTER;
        };
    }

    private SimulationException atEnd(long cycle, Queue queue, String resource, String what) {
        return new SimulationException(
                number, cycle, queue.toString(), "none until the end of the program", resource, what);
    }

    /** More cycles than anything takes to reach its stream. */
    private static int horizon(Machine machine) {
        int longest = 1;
        for (Quantity latency : List.of(
                Quantity.READ_CYCLES,
                Quantity.ALU_CYCLES,
                Quantity.SPECIAL_CYCLES,
                Quantity.ACCUMULATE_CYCLES,
                Quantity.TRANSPOSE_CYCLES,
                Quantity.DISTRIBUTE_CYCLES,
                Quantity.PERMUTE_CYCLES,
                Quantity.SHIFT_CYCLES,
                Quantity.RECEIVE_CYCLES)) {
            longest = Math.max(longest, machine.whole(latency));
        }
        return longest + 1;
    }
}
