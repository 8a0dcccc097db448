package dev.lockstep.validation;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.LpuProgram;

/** Brings 409,600 INT8 weights from memory into all four planes at once, and installs them. */
final class WeightLoad {
    private WeightLoad() {}

    /** The first read is in cycle 0; the weights are in the array when the installs have been dispatched. */
    static LpuProgram program(Machine machine) {
        Draft draft = new Draft(Topology.NODE, 1);
        Floorplan floorplan = new Floorplan(machine);
        int groups = machine.whole(Quantity.INSTALL_CYCLES);
        for (Hemisphere side : Hemisphere.values()) {
            Direction out = side.outward();
            for (int plane = 0; plane < machine.planesPerHemisphere(); plane++) {
                int first = 16 * plane;
                int label = draft.labels(16 * groups);
                for (int stream = 0; stream < 16; stream++) {
                    // The 32 slices nearest to the matrix unit, the nearest of all for the streams that start last.
                    int slice = machine.slices() - 1 - first - stream;
                    draft.add(
                            0,
                            Queue.memory(side, slice),
                            -out.hops(floorplan.memory(side, slice), floorplan.matrix(side))
                                    - machine.whole(Quantity.READ_CYCLES),
                            new MemoryInstruction.Read(
                                    Address.of(0), new Flow(new Stream(out, first + stream), label + stream)),
                            Draft.times(groups, 1, 1, 16));
                }
                Queue weights = new Queue(Queue.Unit.WEIGHTS, side, plane);
                draft.add(
                        0,
                        weights,
                        0,
                        new MatrixInstruction.LoadWeights(Element.INT8, first, 0, label),
                        Draft.times(groups, 1, 1, 16));
                draft.add(0, weights, groups, new MatrixInstruction.InstallWeights(Element.INT8, groups));
            }
        }
        return draft.program(machine.name());
    }
}
