package dev.lockstep.checker;

import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.LaneMap;
import dev.lockstep.lpu.program.LpuProgram;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Tells the rules of a chip what its instructions take and give, and when. */
final class ChipRules {
    private static final long WINDOW = 1 << 15;

    private final Machine machine;
    private final LpuProgram program;
    private final Floorplan floorplan;
    private final Findings findings;
    private final StreamRule streams;
    private final AluRule alus;
    private final MatrixRule[] matrices;
    private final MemoryRule memory;
    private final long[] linkFree = new long[Queue.COUNT];

    ChipRules(Machine machine, LpuProgram program, BitSet held, Findings findings) {
        this.machine = machine;
        this.program = program;
        this.findings = findings;
        floorplan = new Floorplan(machine);
        streams = new StreamRule(machine, findings);
        alus = new AluRule(machine.whole(Quantity.VECTOR_ALUS), findings);
        matrices = new MatrixRule[] {
            new MatrixRule(machine, Hemisphere.WEST, findings), new MatrixRule(machine, Hemisphere.EAST, findings)
        };
        memory = new MemoryRule(machine, held, findings);
    }

    void check(int chip) {
        List<Dispatches> queues = new ArrayList<>();
        long[] last = new long[Queue.COUNT];
        java.util.Arrays.fill(last, Long.MIN_VALUE);
        for (int number = 0; number < Queue.COUNT; number++) {
            queues.add(new Dispatches(program, chip, Queue.of(number)));
        }
        while (!findings.isFull()) {
            long begin = Long.MAX_VALUE;
            for (Dispatches dispatches : queues) {
                if (dispatches.hasNext()) {
                    begin = Math.min(begin, dispatches.nextCycle());
                }
            }
            if (begin == Long.MAX_VALUE) {
                break;
            }
            long end = begin + WINDOW;
            for (int number = 0; number < Queue.COUNT; number++) {
                Queue queue = Queue.of(number);
                Dispatches dispatches = queues.get(number);
                while (dispatches.hasNext() && dispatches.nextCycle() < end) {
                    Dispatches.Dispatch dispatch = dispatches.next();
                    if (dispatch.cycle() <= last[number]) {
                        findings.add(
                                dispatch.cycle(),
                                queue,
                                dispatch.instruction(),
                                "queue " + queue,
                                "it dispatches in cycle " + last[number] + " before");
                        break;
                    }
                    last[number] = dispatch.cycle();
                    dispatch(dispatch, queue);
                }
            }
            finishBefore(end);
        }
        if (!findings.isFull()) {
            finishBefore(Long.MAX_VALUE);
        }
    }

    private void finishBefore(long cycle) {
        streams.finishBefore(cycle);
        alus.finishBefore(cycle);
        for (MatrixRule matrix : matrices) {
            matrix.finishBefore(cycle);
        }
    }

    private void dispatch(Dispatches.Dispatch dispatch, Queue queue) {
        if (queue.index() >= units(queue.unit())) {
            findings.add(
                    dispatch.cycle(), queue, dispatch.instruction(), "queue " + queue, "the machine has no such unit");
            return;
        }
        if (!fits(dispatch.instruction(), queue)) {
            findings.add(dispatch.cycle(), queue, dispatch.instruction(), "queue " + queue, "its unit cannot do this");
            return;
        }
        switch (dispatch.instruction()) {
            case MemoryInstruction instruction -> memory(instruction, dispatch, queue);
            case VectorInstruction instruction -> vector(instruction, dispatch, queue);
            case MatrixInstruction instruction -> matrix(instruction, dispatch, queue);
            case SwitchInstruction instruction -> switches(instruction, dispatch, queue);
            case LinkInstruction instruction -> link(instruction, dispatch, queue);
            case ControlInstruction.Fetch fetch -> {
                Flow from = fetch.from();
                for (int vector = 0; vector < ControlInstruction.Fetch.VECTORS; vector++) {
                    streams.take(
                            dispatch.cycle() + vector,
                            position(queue),
                            from.stream().direction(),
                            from.stream().number(),
                            from.label() == 0 ? 0 : dispatch.label(from.label()) + vector,
                            queue,
                            dispatch.entry());
                }
            }
            case ControlInstruction.Configure configure -> {
                if (configure.superlanes() < 1 || configure.superlanes() > machine.whole(Quantity.SUPERLANES)) {
                    findings.add(
                            dispatch.cycle(),
                            queue,
                            configure,
                            configure.superlanes() + " superlanes",
                            "there are " + machine.whole(Quantity.SUPERLANES));
                }
            }
            case ControlInstruction.Sync _, ControlInstruction.Notify _ -> {}
        }
    }

    private void memory(MemoryInstruction instruction, Dispatches.Dispatch dispatch, Queue queue) {
        memory.dispatch(dispatch, queue);
        int at = floorplan.memory(queue.hemisphere(), queue.index());
        switch (instruction) {
            case MemoryInstruction.Read read ->
                drive(dispatch, queue, at, read.to(), 1, machine.whole(Quantity.READ_CYCLES));
            case MemoryInstruction.Write write -> take(dispatch, queue, at, write.from(), 1);
            case MemoryInstruction.Gather gather -> {
                take(dispatch, queue, at, gather.map(), 2);
                drive(dispatch, queue, at, gather.to(), 1, machine.whole(Quantity.READ_CYCLES));
            }
            case MemoryInstruction.Scatter scatter -> {
                take(dispatch, queue, at, scatter.map(), 2);
                take(dispatch, queue, at, scatter.from(), 1);
            }
        }
    }

    private void vector(VectorInstruction instruction, Dispatches.Dispatch dispatch, Queue queue) {
        if (instruction.needsLargeAlu() && !queue.largeAlu()) {
            findings.add(dispatch.cycle(), queue, instruction, "ALU " + queue.index(), "only a large ALU can do this");
        }
        Element result = switch (instruction) {
            case VectorInstruction.Unary unary -> {
                operand(unary.x(), unary.type(), dispatch, queue);
                yield unary.type();
            }
            case VectorInstruction.Binary binary -> {
                operand(binary.x(), binary.type(), dispatch, queue);
                operand(binary.y(), binary.type(), dispatch, queue);
                yield binary.type();
            }
            case VectorInstruction.Convert convert -> {
                operand(convert.x(), convert.from(), dispatch, queue);
                yield convert.type();
            }
        };
        Quantity latency = instruction instanceof VectorInstruction.Unary unary
                        && unary.operation().special()
                ? Quantity.SPECIAL_CYCLES
                : Quantity.ALU_CYCLES;
        int cycles = machine.whole(latency);
        alus.complete(
                queue.index(),
                dispatch.cycle() + cycles,
                dispatch.label(instruction.to().label()),
                queue,
                dispatch.entry());
        if (instruction.to().flow().isPresent()) {
            Flow flow = instruction.to().flow().get();
            drive(dispatch, queue, floorplan.vectorOutput(flow.stream().direction()), flow, result.planes(), cycles);
        }
    }

    private void operand(Operand operand, Element type, Dispatches.Dispatch dispatch, Queue queue) {
        switch (operand) {
            case Operand.OfStream(Flow from) ->
                take(dispatch, queue, floorplan.vectorInput(from.stream().direction()), from, type.planes());
            case Operand.OfAlu(int alu, int label, boolean held) ->
                alus.read(alu, dispatch.cycle(), held ? label : dispatch.label(label), queue, dispatch.entry());
            case Operand.Constant _ -> {}
        }
    }

    private void matrix(MatrixInstruction instruction, Dispatches.Dispatch dispatch, Queue queue) {
        Hemisphere hemisphere = queue.hemisphere();
        int at = floorplan.matrix(hemisphere);
        matrices[hemisphere.ordinal()].dispatch(dispatch, queue);
        switch (instruction) {
            case MatrixInstruction.LoadWeights load -> {
                int planes = load.weights().planes();
                for (int row = 0; row < MatrixInstruction.ROWS_PER_GROUP; row++) {
                    int label = load.label() == 0 ? 0 : load.label() + row;
                    take(
                            dispatch,
                            queue,
                            at,
                            new Flow(new Stream(hemisphere.outward(), load.first() + row * planes), label),
                            planes);
                }
            }
            case MatrixInstruction.InstallWeights _ -> {}
            case MatrixInstruction.Activate activate ->
                take(dispatch, queue, at, activate.from(), activate.type().planes());
            case MatrixInstruction.Accumulate accumulate -> {
                if (accumulate.to().isPresent()) {
                    Flow to = accumulate.to().get();
                    if (to.stream().direction() != hemisphere.inward()) {
                        findings.add(dispatch.cycle(), queue, instruction, "stream " + to.stream(), "it ends here");
                    }
                    drive(
                            dispatch,
                            queue,
                            at,
                            to,
                            accumulate.type().planes(),
                            machine.whole(Quantity.ACCUMULATE_CYCLES));
                }
            }
        }
    }

    private void switches(SwitchInstruction instruction, Dispatches.Dispatch dispatch, Queue queue) {
        int at = floorplan.switches(queue.hemisphere());
        Flow from = instruction.from();
        Flow to = instruction.to();
        switch (instruction) {
            case SwitchInstruction.Distribute distribute -> {
                map(distribute.map(), machine.lanes() / machine.whole(Quantity.SUPERLANES), dispatch, queue);
                take(dispatch, queue, at, from, 1);
                drive(dispatch, queue, at, to, 1, machine.whole(Quantity.DISTRIBUTE_CYCLES));
            }
            case SwitchInstruction.Permute permute -> {
                map(permute.map(), machine.lanes(), dispatch, queue);
                take(dispatch, queue, at, from, permute.planes());
                drive(dispatch, queue, at, to, permute.planes(), machine.whole(Quantity.PERMUTE_CYCLES));
            }
            case SwitchInstruction.Shift shift -> {
                take(dispatch, queue, at, from, shift.planes());
                drive(dispatch, queue, at, to, shift.planes(), machine.whole(Quantity.SHIFT_CYCLES));
            }
            case SwitchInstruction.Transpose _ -> {
                int size = SwitchInstruction.Transpose.SIZE;
                if (!from.stream().aligned(size) || !to.stream().aligned(size)) {
                    findings.add(
                            dispatch.cycle(),
                            queue,
                            instruction,
                            "stream " + from.stream(),
                            "16 streams start at a multiple of 16");
                }
                beside(dispatch, queue, at, from, size, -1);
                beside(dispatch, queue, at, to, size, machine.whole(Quantity.TRANSPOSE_CYCLES));
            }
            case SwitchInstruction.Rotate rotate -> {
                beside(dispatch, queue, at, from, rotate.size(), -1);
                beside(dispatch, queue, at, to, rotate.size() * rotate.size(), machine.whole(Quantity.SHIFT_CYCLES));
            }
        }
    }

    private void link(LinkInstruction instruction, Dispatches.Dispatch dispatch, Queue queue) {
        int at = floorplan.switches(queue.hemisphere());
        switch (instruction) {
            case LinkInstruction.Send send -> take(dispatch, queue, at, send.from(), 1);
            case LinkInstruction.Receive receive ->
                drive(dispatch, queue, at, receive.to(), 1, machine.whole(Quantity.RECEIVE_CYCLES));
            case LinkInstruction.Deskew _, LinkInstruction.RuntimeDeskew _, LinkInstruction.Transmit _ -> {}
        }
        if (instruction instanceof LinkInstruction.Send || instruction instanceof LinkInstruction.Transmit) {
            if (dispatch.cycle() < linkFree[queue.number()]) {
                findings.add(
                        dispatch.cycle(),
                        queue,
                        instruction,
                        "port " + queue.port(),
                        "the link is busy until cycle " + linkFree[queue.number()]);
            }
            linkFree[queue.number()] = dispatch.cycle() + machine.whole(Quantity.VECTOR_CYCLES);
        }
    }

    /** A group of byte planes. */
    private void take(Dispatches.Dispatch dispatch, Queue queue, int at, Flow from, int planes) {
        aligned(dispatch, queue, from, planes);
        for (int plane = 0; plane < planes; plane++) {
            Flow part = from.plane(plane);
            streams.take(
                    dispatch.cycle(),
                    at,
                    part.stream().direction(),
                    part.stream().number(),
                    dispatch.label(part.label()),
                    queue,
                    dispatch.entry());
        }
    }

    private void drive(Dispatches.Dispatch dispatch, Queue queue, int at, Flow to, int planes, int latency) {
        aligned(dispatch, queue, to, planes);
        for (int plane = 0; plane < planes; plane++) {
            Flow part = to.plane(plane);
            streams.drive(
                    dispatch.cycle() + latency,
                    at,
                    part.stream().direction(),
                    part.stream().number(),
                    dispatch.label(part.label()),
                    queue,
                    dispatch.entry());
        }
    }

    /** Neighbouring streams with vectors of their own. A negative latency means that they are taken. */
    private void beside(Dispatches.Dispatch dispatch, Queue queue, int at, Flow first, int count, int latency) {
        Direction direction = first.stream().direction();
        for (int i = 0; i < count; i++) {
            int label = first.label() == 0 ? 0 : dispatch.label(first.label()) + i;
            if (latency < 0) {
                streams.take(
                        dispatch.cycle(), at, direction, first.stream().number() + i, label, queue, dispatch.entry());
            } else {
                streams.drive(
                        dispatch.cycle() + latency,
                        at,
                        direction,
                        first.stream().number() + i,
                        label,
                        queue,
                        dispatch.entry());
            }
        }
    }

    private void aligned(Dispatches.Dispatch dispatch, Queue queue, Flow flow, int planes) {
        if (!flow.stream().aligned(planes)) {
            findings.add(
                    dispatch.cycle(),
                    queue,
                    dispatch.instruction(),
                    "stream " + flow.stream(),
                    "a group of " + planes + " starts at a multiple of " + planes);
        }
    }

    private void map(int index, int lanes, Dispatches.Dispatch dispatch, Queue queue) {
        List<LaneMap> maps = program.maps();
        if (index < 0 || index >= maps.size() || maps.get(index).sources().size() != lanes) {
            findings.add(
                    dispatch.cycle(),
                    queue,
                    dispatch.instruction(),
                    "lane map " + index,
                    "it does not map " + lanes + " lanes");
        }
    }

    private int position(Queue queue) {
        return switch (queue.unit()) {
            case MEMORY -> floorplan.memory(queue.hemisphere(), queue.index());
            case ALU -> floorplan.vectorInput(Direction.EASTWARD);
            case TRANSPOSER, DISTRIBUTOR, PERMUTER, SHIFTER, LINK -> floorplan.switches(queue.hemisphere());
            case WEIGHTS, ACTIVATIONS, ACCUMULATORS -> floorplan.matrix(queue.hemisphere());
        };
    }

    private int units(Queue.Unit unit) {
        return switch (unit) {
            case MEMORY -> machine.slices();
            case ALU -> machine.whole(Quantity.VECTOR_ALUS);
            case TRANSPOSER -> machine.whole(Quantity.TRANSPOSERS);
            case DISTRIBUTOR -> machine.whole(Quantity.DISTRIBUTORS);
            case PERMUTER, SHIFTER -> machine.whole(Quantity.PERMUTERS);
            case LINK -> unit.count();
            case WEIGHTS, ACTIVATIONS, ACCUMULATORS -> machine.planesPerHemisphere();
        };
    }

    private static boolean fits(Instruction instruction, Queue queue) {
        return switch (instruction) {
            case ControlInstruction _ -> true;
            case MemoryInstruction _ -> queue.unit() == Queue.Unit.MEMORY;
            case VectorInstruction _ -> queue.unit() == Queue.Unit.ALU;
            case MatrixInstruction.LoadWeights _, MatrixInstruction.InstallWeights _ ->
                queue.unit() == Queue.Unit.WEIGHTS;
            case MatrixInstruction.Activate _ -> queue.unit() == Queue.Unit.ACTIVATIONS;
            case MatrixInstruction.Accumulate _ -> queue.unit() == Queue.Unit.ACCUMULATORS;
            case SwitchInstruction.Distribute _ -> queue.unit() == Queue.Unit.DISTRIBUTOR;
            case SwitchInstruction.Permute _ -> queue.unit() == Queue.Unit.PERMUTER;
            case SwitchInstruction.Shift _, SwitchInstruction.Rotate _ -> queue.unit() == Queue.Unit.SHIFTER;
            case SwitchInstruction.Transpose _ -> queue.unit() == Queue.Unit.TRANSPOSER;
            case LinkInstruction _ -> queue.unit() == Queue.Unit.LINK;
        };
    }
}
