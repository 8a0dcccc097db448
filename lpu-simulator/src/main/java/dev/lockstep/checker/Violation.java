package dev.lockstep.checker;

/**
 * One thing that a program must not do.
 *
 * @param chip the first one that does it
 * @param resource what is missing, or wanted twice
 */
public record Violation(int chip, long cycle, String queue, String instruction, String resource, String what) {
    @Override
    public String toString() {
        return "Chip " + chip + ", cycle " + cycle + ", queue " + queue + ": " + what + " (" + resource
                + "). Instruction: " + instruction;
    }
}
