package dev.lockstep.compiler.bound;

import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/** The least cycles from one place of a chip to the next, by the timing law of the machine, with nothing in the way. */
public record PhaseLatency(
        int array, int vectorEntryToExit, int edgeToVector, int switchToVector, int alu, int memory) {

    public static PhaseLatency of(Machine machine) {
        Floorplan plan = new Floorplan(machine);
        int edge =
                Math.abs(plan.matrix(Hemisphere.EAST) - plan.vectorInput(dev.lockstep.lpu.machine.Direction.WESTWARD));
        int out =
                Math.abs(plan.matrix(Hemisphere.EAST) - plan.vectorOutput(dev.lockstep.lpu.machine.Direction.EASTWARD));
        int toSwitch = Math.abs(
                plan.switches(Hemisphere.EAST) - plan.vectorInput(dev.lockstep.lpu.machine.Direction.WESTWARD));
        int multiply = machine.whole(Quantity.MULTIPLY_CYCLES) + machine.whole(Quantity.ACCUMULATE_CYCLES);
        return new PhaseLatency(
                multiply + edge,
                out,
                edge,
                toSwitch,
                machine.whole(Quantity.ALU_CYCLES),
                machine.whole(Quantity.READ_CYCLES) + machine.whole(Quantity.WRITE_CYCLES));
    }

    /** From a row at the vector unit's exit through an array and back to its entry. */
    public int throughArray() {
        return vectorEntryToExit + array;
    }

    /** A chain of operations in the vector unit. */
    public int chain(int operations) {
        return operations * alu;
    }
}
