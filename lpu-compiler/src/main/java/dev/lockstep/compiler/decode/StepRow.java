package dev.lockstep.compiler.decode;

/**
 * Which row of a step a program is for. Rows are neighbouring positions of one sequence; each has tables of its own, everything else lies in the same places.
 *
 * @param number of the row, from 0
 * @param of so many
 * @param positions that it sees, its own included
 */
record StepRow(int number, int of, int positions) {
    /** Rows whose tables have room. */
    static final int MOST = 16;

    /** The row of a step that has no other. */
    static StepRow only(int positions) {
        return new StepRow(0, 1, positions);
    }
}
