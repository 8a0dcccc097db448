package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.program.LpuProgram;
import java.util.List;

/**
 * The scheduled program of a step of several rows.
 *
 * @param predictedCycles when its last effect is complete
 * @param starts cycle 0 of each row's program
 */
public record RowsSchedule(LpuProgram program, long predictedCycles, List<Long> starts) {
    public int rows() {
        return starts.size();
    }
}
