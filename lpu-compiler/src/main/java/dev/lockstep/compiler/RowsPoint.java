package dev.lockstep.compiler;

/**
 * A step of several rows on the same system, scheduled: guessed tokens that are verified, or a piece of a prompt.
 *
 * @param predictedCycles of the step
 * @param simulatedCycles of the same
 * @param conflicts that the checker found; -1 if it was not asked
 * @param cycles of the step with what follows until the next one
 * @param boundCycles that no schedule of this partition can beat
 */
public record RowsPoint(
        int rows, long predictedCycles, long simulatedCycles, int conflicts, long cycles, long boundCycles) {
    /** Tokens that the step gives on average, if each guessed one is right with this probability: those before the first mistake, and one more. */
    public double tokens(double acceptance) {
        double tokens = 0;
        for (int row = 0; row < rows; row++) {
            tokens += Math.pow(acceptance, row);
        }
        return tokens;
    }
}
