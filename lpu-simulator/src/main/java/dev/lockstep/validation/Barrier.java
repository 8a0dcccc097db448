package dev.lockstep.validation;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.LpuProgram;

/** All memory queues park in cycle 0, one notifies, and all go on together. */
final class Barrier {
    private Barrier() {}

    /** @param cycles from the notification to the next dispatch */
    static LpuProgram program(Machine machine, int cycles) {
        Draft draft = new Draft(Topology.NODE, 1);
        for (Hemisphere side : Hemisphere.values()) {
            for (int slice = 0; slice < machine.slices(); slice++) {
                Queue queue = Queue.memory(side, slice);
                draft.add(0, queue, 0, new ControlInstruction.Sync());
                Flow apart =
                        new Flow(new Stream(slice % 2 == 0 ? Direction.EASTWARD : Direction.WESTWARD, slice / 2), 0);
                draft.add(0, queue, 1 + cycles, new MemoryInstruction.Read(Address.of(0), apart));
            }
        }
        draft.add(0, Queue.alu(0), 1, new ControlInstruction.Notify());
        return draft.program(machine.name());
    }
}
