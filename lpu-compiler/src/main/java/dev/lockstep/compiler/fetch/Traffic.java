package dev.lockstep.compiler.fetch;

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
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/** What instructions take from streams and put onto them. */
final class Traffic {
    private final Machine machine;
    private final Floorplan floorplan;
    private final Visitor visitor;

    /** Is told of every vector that is taken, or driven, {@code after} cycles after dispatch. */
    interface Visitor {
        void take(Stream stream, int position, int after);

        void drive(Stream stream, int position, int after);
    }

    Traffic(Machine machine, Visitor visitor) {
        this.machine = machine;
        this.visitor = visitor;
        floorplan = new Floorplan(machine);
    }

    void visit(Queue queue, Instruction instruction) {
        switch (instruction) {
            case MemoryInstruction memory -> memory(floorplan.memory(queue.hemisphere(), queue.index()), memory);
            case VectorInstruction vector -> vector(vector);
            case MatrixInstruction matrix -> matrix(queue, matrix);
            case SwitchInstruction move -> move(floorplan.switches(queue.hemisphere()), move);
            case LinkInstruction.Send send -> take(send.from(), 1, floorplan.switches(queue.hemisphere()), 0);
            case LinkInstruction.Receive receive ->
                drive(receive.to(), 1, floorplan.switches(queue.hemisphere()), machine.whole(Quantity.RECEIVE_CYCLES));
            case ControlInstruction.Fetch fetch -> {
                for (int vector = 0; vector < ControlInstruction.Fetch.VECTORS; vector++) {
                    take(fetch.from(), 1, position(queue), vector);
                }
            }
            case LinkInstruction _, ControlInstruction _ -> {}
        }
    }

    /** Where the unit of a queue stands; where an ALU takes what flows eastward. */
    int position(Queue queue) {
        return switch (queue.unit()) {
            case MEMORY -> floorplan.memory(queue.hemisphere(), queue.index());
            case ALU -> floorplan.vectorInput(Direction.EASTWARD);
            case TRANSPOSER, DISTRIBUTOR, PERMUTER, SHIFTER, LINK -> floorplan.switches(queue.hemisphere());
            case WEIGHTS, ACTIVATIONS, ACCUMULATORS -> floorplan.matrix(queue.hemisphere());
        };
    }

    private void memory(int position, MemoryInstruction instruction) {
        int map = Element.FP16.planes();
        switch (instruction) {
            case MemoryInstruction.Read read -> drive(read.to(), 1, position, machine.whole(Quantity.READ_CYCLES));
            case MemoryInstruction.Write write -> take(write.from(), 1, position, 0);
            case MemoryInstruction.Gather gather -> {
                take(gather.map(), map, position, 0);
                drive(gather.to(), 1, position, machine.whole(Quantity.READ_CYCLES));
            }
            case MemoryInstruction.Scatter scatter -> {
                take(scatter.map(), map, position, 0);
                take(scatter.from(), 1, position, 0);
            }
        }
    }

    private void vector(VectorInstruction instruction) {
        Element result = switch (instruction) {
            case VectorInstruction.Unary unary -> {
                operand(unary.x(), unary.type());
                yield unary.type();
            }
            case VectorInstruction.Binary binary -> {
                operand(binary.x(), binary.type());
                operand(binary.y(), binary.type());
                yield binary.type();
            }
            case VectorInstruction.Convert convert -> {
                operand(convert.x(), convert.from());
                yield convert.type();
            }
        };
        boolean special = instruction instanceof VectorInstruction.Unary unary
                && unary.operation().special();
        int latency = machine.whole(special ? Quantity.SPECIAL_CYCLES : Quantity.ALU_CYCLES);
        instruction
                .to()
                .flow()
                .ifPresent(flow -> drive(
                        flow,
                        result.planes(),
                        floorplan.vectorOutput(flow.stream().direction()),
                        latency));
    }

    private void operand(Operand operand, Element type) {
        if (operand instanceof Operand.OfStream(Flow from)) {
            take(from, type.planes(), floorplan.vectorInput(from.stream().direction()), 0);
        }
    }

    private void matrix(Queue queue, MatrixInstruction instruction) {
        int position = floorplan.matrix(queue.hemisphere());
        switch (instruction) {
            case MatrixInstruction.LoadWeights load -> {
                Flow first = new Flow(new Stream(queue.hemisphere().outward(), load.first()), 0);
                take(first, MatrixInstruction.ROWS_PER_GROUP * load.weights().planes(), position, 0);
            }
            case MatrixInstruction.InstallWeights _ -> {}
            case MatrixInstruction.Activate activate ->
                take(activate.from(), activate.type().planes(), position, 0);
            case MatrixInstruction.Accumulate accumulate ->
                accumulate
                        .to()
                        .ifPresent(to -> drive(
                                to, accumulate.type().planes(), position, machine.whole(Quantity.ACCUMULATE_CYCLES)));
        }
    }

    private void move(int position, SwitchInstruction instruction) {
        int taken = 1;
        int driven = 1;
        Quantity latency;
        switch (instruction) {
            case SwitchInstruction.Distribute _ -> latency = Quantity.DISTRIBUTE_CYCLES;
            case SwitchInstruction.Permute permute -> {
                taken = permute.planes();
                driven = permute.planes();
                latency = Quantity.PERMUTE_CYCLES;
            }
            case SwitchInstruction.Shift shift -> {
                taken = shift.planes();
                driven = shift.planes();
                latency = Quantity.SHIFT_CYCLES;
            }
            case SwitchInstruction.Transpose _ -> {
                taken = SwitchInstruction.Transpose.SIZE;
                driven = SwitchInstruction.Transpose.SIZE;
                latency = Quantity.TRANSPOSE_CYCLES;
            }
            case SwitchInstruction.Rotate rotate -> {
                taken = rotate.size();
                driven = rotate.size() * rotate.size();
                latency = Quantity.SHIFT_CYCLES;
            }
        }
        take(instruction.from(), taken, position, 0);
        drive(instruction.to(), driven, position, machine.whole(latency));
    }

    private void take(Flow first, int planes, int position, int after) {
        for (int plane = 0; plane < planes; plane++) {
            visitor.take(first.stream().plane(plane), position, after);
        }
    }

    private void drive(Flow first, int planes, int position, int after) {
        for (int plane = 0; plane < planes; plane++) {
            visitor.drive(first.stream().plane(plane), position, after);
        }
    }
}
