package dev.lockstep.validation;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MatrixInstruction;
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
import java.util.Optional;

/** One row of INT8 times one row group of weights, from the read of the weights to the vector unit. */
final class RowProduct {
    private RowProduct() {}

    /** The weights are read in cycle 0; the only vector instruction takes the sums. */
    static LpuProgram program(Machine machine) {
        Hemisphere side = Hemisphere.EAST;
        Direction out = side.outward();
        Direction in = side.inward();
        Floorplan floorplan = new Floorplan(machine);
        Draft draft = new Draft(Topology.NODE, 1);
        int matrix = floorplan.matrix(side);
        int read = machine.whole(Quantity.READ_CYCLES);
        for (int stream = 0; stream < 16; stream++) {
            // Slices 27 to 42, as in the tutorial: four hops to the edge of memory for the farthest.
            int slice = 27 + stream;
            draft.add(
                    0,
                    Queue.memory(side, slice),
                    -out.hops(floorplan.memory(side, slice), matrix) - read,
                    new MemoryInstruction.Read(Address.of(0), new Flow(new Stream(out, stream), 1 + stream)));
        }
        Queue weights = new Queue(Queue.Unit.WEIGHTS, side, 0);
        draft.add(0, weights, 0, new MatrixInstruction.LoadWeights(Element.INT8, 0, 0, 1));
        draft.add(0, weights, 1, new MatrixInstruction.InstallWeights(Element.INT8, 1));
        int activate = 1 + machine.whole(Quantity.INSTALL_VISIBLE);
        Flow row = new Flow(new Stream(out, 0), 100);
        draft.add(
                0,
                Queue.memory(side, 43),
                activate - out.hops(floorplan.memory(side, 43), matrix) - read,
                new MemoryInstruction.Read(Address.of(0), row));
        draft.add(
                0,
                new Queue(Queue.Unit.ACTIVATIONS, side, 0),
                activate,
                new MatrixInstruction.Activate(Element.INT8, row));
        int accumulate = activate + machine.whole(Quantity.MULTIPLY_CYCLES);
        Flow sums = new Flow(new Stream(in, 0), 200);
        draft.add(
                0,
                new Queue(Queue.Unit.ACCUMULATORS, side, 0),
                accumulate,
                new MatrixInstruction.Accumulate(Element.INT32, 0, false, 100, Optional.of(sums)));
        draft.add(
                0,
                Queue.alu(0),
                accumulate + machine.whole(Quantity.ACCUMULATE_CYCLES) + in.hops(matrix, floorplan.vectorInput(in)),
                new VectorInstruction.Convert(
                        Element.INT32, Element.FP32, new Operand.OfStream(sums), Result.kept(300)));
        return draft.program(machine.name());
    }

    /** When the vector unit takes the sums. */
    static int taken(LpuProgram program) {
        return program.blocks().getFirst().entries(Queue.alu(0)).getFirst().cycle();
    }
}
