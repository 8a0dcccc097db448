package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.Optional;

/** How long instructions take, and what they count as. The same for both ways to simulate. */
final class Effects {
    private final Machine machine;
    private final Floorplan floorplan;

    Effects(Machine machine) {
        this.machine = machine;
        this.floorplan = new Floorplan(machine);
    }

    /** Cycles from dispatch until an instruction has had its last effect in the bottom tile. */
    int latency(Instruction instruction) {
        return switch (instruction) {
            case MemoryInstruction.Read _, MemoryInstruction.Gather _ -> machine.whole(Quantity.READ_CYCLES);
            case MemoryInstruction.Write _, MemoryInstruction.Scatter _ -> machine.whole(Quantity.WRITE_CYCLES);
            case VectorInstruction operation -> alu(operation);
            case MatrixInstruction.LoadWeights _ -> 1;
            case MatrixInstruction.InstallWeights _ -> machine.whole(Quantity.INSTALL_VISIBLE);
            case MatrixInstruction.Activate _ -> machine.whole(Quantity.MULTIPLY_CYCLES);
            case MatrixInstruction.Accumulate accumulate ->
                accumulate.to().isPresent() ? machine.whole(Quantity.ACCUMULATE_CYCLES) : 1;
            case SwitchInstruction operation -> switches(operation);
            case LinkInstruction.Send _, LinkInstruction.Transmit _ -> machine.whole(Quantity.VECTOR_CYCLES);
            case LinkInstruction.Receive _ -> machine.whole(Quantity.RECEIVE_CYCLES);
            case LinkInstruction.Deskew _ -> 1;
            case LinkInstruction.RuntimeDeskew deskew -> Math.max(1, deskew.cycles());
            case ControlInstruction.Notify _ -> machine.whole(Quantity.BARRIER_CYCLES);
            case ControlInstruction.Fetch _ -> ControlInstruction.Fetch.VECTORS;
            case ControlInstruction.Sync _, ControlInstruction.Configure _ -> 1;
        };
    }

    int alu(VectorInstruction operation) {
        boolean special = operation instanceof VectorInstruction.Unary unary
                && unary.operation().special();
        return machine.whole(special ? Quantity.SPECIAL_CYCLES : Quantity.ALU_CYCLES);
    }

    int switches(SwitchInstruction operation) {
        return machine.whole(
                switch (operation) {
                    case SwitchInstruction.Distribute _ -> Quantity.DISTRIBUTE_CYCLES;
                    case SwitchInstruction.Permute _ -> Quantity.PERMUTE_CYCLES;
                    case SwitchInstruction.Shift _, SwitchInstruction.Rotate _ -> Quantity.SHIFT_CYCLES;
                    case SwitchInstruction.Transpose _ -> Quantity.TRANSPOSE_CYCLES;
                });
    }

    /** Whether the machine has the unit of a queue; ports are looked at where they are used. */
    boolean has(Queue queue) {
        int units = switch (queue.unit()) {
            case MEMORY -> machine.slices();
            case ALU -> machine.whole(Quantity.VECTOR_ALUS);
            case TRANSPOSER -> machine.whole(Quantity.TRANSPOSERS);
            case DISTRIBUTOR -> machine.whole(Quantity.DISTRIBUTORS);
            case PERMUTER, SHIFTER -> machine.whole(Quantity.PERMUTERS);
            case LINK -> Queue.Unit.LINK.count();
            case WEIGHTS, ACTIVATIONS, ACCUMULATORS -> machine.planesPerHemisphere();
        };
        return queue.index() < units;
    }

    /** Cycles for which an instruction keeps its unit from taking another one. */
    int occupancy(Instruction instruction) {
        return switch (instruction) {
            case MatrixInstruction.Activate activate ->
                machine.whole(activate.type() == Element.FP16 ? Quantity.FP16_ROW_CYCLES : Quantity.INT8_ROW_CYCLES);
            case LinkInstruction.Send _, LinkInstruction.Transmit _ -> machine.whole(Quantity.VECTOR_CYCLES);
            case ControlInstruction.Fetch _ -> ControlInstruction.Fetch.VECTORS;
            default -> 1;
        };
    }

    /**
     * Counts so many dispatches of an instruction.
     *
     * @param weights what a plane's rows are while it is activated
     */
    void count(Activity activity, Queue queue, Instruction instruction, Element weights, long times) {
        activity.add(Action.DISPATCH, times);
        activity.busy(queue.number(), times * occupancy(instruction));
        int position = position(queue);
        switch (instruction) {
            case MemoryInstruction.Read read -> {
                activity.add(Action.MEMORY_READ, times);
                flow(activity, read.to(), 1, position, times);
            }
            case MemoryInstruction.Gather gather -> {
                activity.add(Action.MEMORY_READ, times);
                flow(activity, gather.to(), 1, position, times);
            }
            case MemoryInstruction.Write _, MemoryInstruction.Scatter _ -> activity.add(Action.MEMORY_WRITE, times);
            case VectorInstruction operation -> {
                boolean special = operation instanceof VectorInstruction.Unary unary
                        && unary.operation().special();
                activity.add(
                        special
                                ? Action.SPECIAL_FUNCTION
                                : operation.needsLargeAlu() ? Action.LARGE_ALU_OPERATION : Action.SMALL_ALU_OPERATION,
                        times);
                Optional<Stream> stream = operation.to().stream();
                if (stream.isPresent()) {
                    Direction direction = stream.get().direction();
                    hops(
                            activity,
                            direction,
                            floorplan.vectorOutput(direction),
                            times * resultType(operation).planes());
                }
            }
            case MatrixInstruction.LoadWeights load ->
                activity.add(
                        Action.WEIGHT_ROW,
                        times
                                * MatrixInstruction.ROWS_PER_GROUP
                                * load.weights().planes());
            case MatrixInstruction.InstallWeights _ -> activity.add(Action.INSTALL, times);
            case MatrixInstruction.Activate activate -> {
                Action action = weights == Element.FP16
                        ? Action.MAC_FP16
                        : activate.type() == Element.FP16 ? Action.MAC_MIXED : Action.MAC_INT8;
                long macs = (long) machine.whole(Quantity.PLANE_ROWS) * machine.whole(Quantity.PLANE_COLUMNS);
                activity.add(action, times * macs);
            }
            case MatrixInstruction.Accumulate accumulate -> {
                activity.add(Action.ACCUMULATION, times);
                accumulate
                        .to()
                        .ifPresent(to -> flow(activity, to, accumulate.type().planes(), position, times));
            }
            case SwitchInstruction operation -> {
                int vectors = vectors(operation);
                activity.add(Action.SWITCHED_VECTOR, times * vectors);
                flow(activity, operation.to(), vectors, position, times);
            }
            case LinkInstruction.Send _ -> activity.add(Action.LINK_VECTOR, times);
            case LinkInstruction.Receive receive -> flow(activity, receive.to(), 1, position, times);
            case ControlInstruction.Fetch _ ->
                activity.add(Action.TEXT_VECTOR, ControlInstruction.Fetch.VECTORS * times);
            case LinkInstruction.Deskew _,
                    LinkInstruction.RuntimeDeskew _,
                    LinkInstruction.Transmit _,
                    ControlInstruction.Sync _,
                    ControlInstruction.Notify _,
                    ControlInstruction.Configure _ -> {}
        }
    }

    /** Streams that a switch instruction drives. */
    static int vectors(SwitchInstruction operation) {
        return switch (operation) {
            case SwitchInstruction.Distribute _ -> 1;
            case SwitchInstruction.Permute permute -> permute.planes();
            case SwitchInstruction.Shift shift -> shift.planes();
            case SwitchInstruction.Transpose _ -> SwitchInstruction.Transpose.SIZE;
            case SwitchInstruction.Rotate rotate -> rotate.size() * rotate.size();
        };
    }

    /** The type of the elements that an ALU instruction gives. */
    static Element resultType(VectorInstruction operation) {
        return switch (operation) {
            case VectorInstruction.Unary unary -> unary.type();
            case VectorInstruction.Binary binary -> binary.type();
            case VectorInstruction.Convert convert -> convert.type();
        };
    }

    /** Where a queue's unit stands; ALUs take and give at other places. */
    int position(Queue queue) {
        return switch (queue.unit()) {
            case MEMORY -> floorplan.memory(queue.hemisphere(), queue.index());
            case ALU -> floorplan.vectorInput(Direction.EASTWARD);
            case TRANSPOSER, DISTRIBUTOR, PERMUTER, SHIFTER, LINK -> floorplan.switches(queue.hemisphere());
            case WEIGHTS, ACTIVATIONS, ACCUMULATORS -> floorplan.matrix(queue.hemisphere());
        };
    }

    private void flow(Activity activity, Flow to, int vectors, int position, long times) {
        hops(activity, to.stream().direction(), position, times * vectors);
    }

    private void hops(Activity activity, Direction direction, int position, long vectors) {
        int edge = direction == Direction.EASTWARD ? floorplan.eastmost() : floorplan.westmost();
        activity.add(Action.STREAM_HOP, vectors * direction.hops(position, edge));
    }
}
