package dev.lockstep.compiler.bound;

import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/**
 * The least cycles from one operation of the vector unit to the next, by the timing law of the machine, with nothing in the way.
 *
 * @param array out to the matrix unit, through an array and its accumulators, and back
 * @param hop out to a switch, over a link, and in from a switch
 * @param turn out to a switch, between neighbouring lanes, and back
 * @param alu one operation
 */
public record PhaseLatency(int array, int hop, int turn, int alu) {
    public static PhaseLatency of(Machine machine) {
        Floorplan plan = new Floorplan(machine);
        int out = plan.vectorOutput(Direction.EASTWARD);
        int in = plan.vectorInput(Direction.WESTWARD);
        int matrix = plan.matrix(Hemisphere.EAST);
        int switches = plan.switches(Hemisphere.EAST);
        int array = machine.whole(Quantity.MULTIPLY_CYCLES) + machine.whole(Quantity.ACCUMULATE_CYCLES);
        int toSwitch = switches - out;
        int fromSwitch = switches - in;
        return new PhaseLatency(
                matrix - out + array + matrix - in,
                toSwitch + machine.linkCycles() + machine.whole(Quantity.RECEIVE_CYCLES) + fromSwitch,
                toSwitch + machine.whole(Quantity.DISTRIBUTE_CYCLES) + fromSwitch,
                machine.whole(Quantity.ALU_CYCLES));
    }
}
