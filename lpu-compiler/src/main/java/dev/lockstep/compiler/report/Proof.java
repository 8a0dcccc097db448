package dev.lockstep.compiler.report;

/**
 * What others say about a schedule.
 *
 * @param cycles of the step, as the simulation of all chips has them
 * @param classCycles the same, from one chip of each class
 * @param turnCycles of all users' tokens one after the other, as the simulation has them
 * @param conflicts what the checker objects to; -1 if it was not asked
 * @param seconds that the simulation of all chips took
 * @param classSeconds that the simulation of the classes took
 * @param checkSeconds that the checker took
 */
public record Proof(
        long cycles,
        long classCycles,
        long turnCycles,
        int conflicts,
        double seconds,
        double classSeconds,
        double checkSeconds) {
    public boolean checked() {
        return conflicts >= 0;
    }
}
