package dev.lockstep.simulator;

import dev.lockstep.lpu.LpuException;

/** A program asked for something that is not there, or for one thing twice: who, when, and what. */
public final class SimulationException extends LpuException {
    private static final long serialVersionUID = 1;

    private final int chip;
    private final long cycle;
    private final String queue;
    private final String instruction;
    private final String resource;

    SimulationException(int chip, long cycle, String queue, String instruction, String resource, String what) {
        super("Chip " + chip + ", cycle " + cycle + ", queue " + queue + ": " + what + " (" + resource
                + "). Instruction: " + instruction);
        this.chip = chip;
        this.cycle = cycle;
        this.queue = queue;
        this.instruction = instruction;
        this.resource = resource;
    }

    public int chip() {
        return chip;
    }

    public long cycle() {
        return cycle;
    }

    public String queue() {
        return queue;
    }

    public String instruction() {
        return instruction;
    }

    /** What was missing or wanted twice: a stream register, a plane, a port. */
    public String resource() {
        return resource;
    }
}
