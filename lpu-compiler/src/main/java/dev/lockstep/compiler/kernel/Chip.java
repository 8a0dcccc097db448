package dev.lockstep.compiler.kernel;

import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/** The latencies and distances that kernels are made of. */
public final class Chip {
    private final Machine machine;
    private final Floorplan floorplan;

    public Chip(Machine machine) {
        this.machine = machine;
        this.floorplan = new Floorplan(machine);
    }

    public Machine machine() {
        return machine;
    }

    int lanes() {
        return machine.lanes();
    }

    int read() {
        return machine.whole(Quantity.READ_CYCLES);
    }

    int write() {
        return machine.whole(Quantity.WRITE_CYCLES);
    }

    int alu(boolean special) {
        return machine.whole(special ? Quantity.SPECIAL_CYCLES : Quantity.ALU_CYCLES);
    }

    int distribute() {
        return machine.whole(Quantity.DISTRIBUTE_CYCLES);
    }

    int permute() {
        return machine.whole(Quantity.PERMUTE_CYCLES);
    }

    int installVisible() {
        return machine.whole(Quantity.INSTALL_VISIBLE);
    }

    int multiply() {
        return machine.whole(Quantity.MULTIPLY_CYCLES);
    }

    int accumulate() {
        return machine.whole(Quantity.ACCUMULATE_CYCLES);
    }

    /** Cycles between two FP16 activations. */
    int halfRow() {
        return machine.whole(Quantity.FP16_ROW_CYCLES);
    }

    /** Cycles between two vectors on a link. */
    int linkInterval() {
        return machine.whole(Quantity.VECTOR_CYCLES);
    }

    /** From a Send to the first cycle in which the other end can receive. */
    int linkDelay() {
        return machine.linkCycles();
    }

    int receive() {
        return machine.whole(Quantity.RECEIVE_CYCLES);
    }

    int memory(Hemisphere hemisphere, int slice) {
        return floorplan.memory(hemisphere, slice);
    }

    int matrix(Hemisphere hemisphere) {
        return floorplan.matrix(hemisphere);
    }

    int switches(Hemisphere hemisphere) {
        return floorplan.switches(hemisphere);
    }

    int vectorInput(Direction direction) {
        return floorplan.vectorInput(direction);
    }

    int vectorOutput(Direction direction) {
        return floorplan.vectorOutput(direction);
    }

    /** From the dispatch of an FP16 activation to the arrival of its results at the vector unit. */
    int product(Hemisphere hemisphere) {
        Direction inward = hemisphere.inward();
        return multiply() + accumulate() + inward.hops(matrix(hemisphere), vectorInput(inward));
    }
}
