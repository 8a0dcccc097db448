package dev.lockstep.validation;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.LpuProgram;
import java.util.List;

/** One vector that goes from chip to chip, through the outermost memory slice of each, as published receives do. */
final class Relay {
    private final LpuProgram program;
    private final int cycles;

    /** @param path chips, each joined to the next */
    Relay(Machine machine, Topology topology, int chips, List<Integer> path) {
        Draft draft = new Draft(topology, chips);
        Wiring wiring = Wiring.of(machine, topology, chips);
        Floorplan floorplan = new Floorplan(machine);
        int outermost = machine.slices() - 1;
        int read = machine.whole(Quantity.READ_CYCLES);
        int cycle = 0;
        int word = 0;
        Hemisphere at = null;
        for (int hop = 0; hop + 1 < path.size(); hop++) {
            int chip = path.get(hop);
            int next = path.get(hop + 1);
            int port = wiring.portsTo(chip, next).getFirst();
            int peer = wiring.peer(chip, port).orElseThrow().port();
            Hemisphere side = Queue.link(port).hemisphere();
            Hemisphere from = at == null ? side : at;
            Direction out = side.outward();
            Flow leaving = new Flow(new Stream(out, 0), 1 + 3 * hop);
            draft.add(
                    chip, Queue.memory(from, outermost), cycle, new MemoryInstruction.Read(Address.of(word), leaving));
            int send = cycle + read + out.hops(floorplan.memory(from, outermost), floorplan.switches(side));
            draft.add(chip, Queue.link(port), send, new LinkInstruction.Send(leaving));
            int receive = send + machine.linkCycles();
            Hemisphere there = Queue.link(peer).hemisphere();
            Flow arriving = new Flow(new Stream(there.inward(), 1), 2 + 3 * hop);
            draft.add(next, Queue.link(peer), receive, new LinkInstruction.Receive(leaving.label(), arriving));
            int write = receive
                    + machine.whole(Quantity.RECEIVE_CYCLES)
                    + there.inward().hops(floorplan.switches(there), floorplan.memory(there, outermost));
            word = 1 + hop;
            draft.add(
                    next,
                    Queue.memory(there, outermost),
                    write,
                    new MemoryInstruction.Write(arriving, Address.of(word)));
            cycle = write + machine.whole(Quantity.WRITE_CYCLES);
            at = there;
        }
        program = draft.program(machine.name());
        cycles = cycle;
    }

    LpuProgram program() {
        return program;
    }

    /** From the first read until the last word can be read. */
    int cycles() {
        return cycles;
    }
}
