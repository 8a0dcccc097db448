package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.program.LpuProgram;
import java.util.List;

/**
 * The scheduled program of one decoding step.
 *
 * @param predictedCycles when its last effect is complete
 * @param starts cycle 0 of each stage's blocks
 * @param marks phases of all half layers in the time of the program
 * @param words that are used in the fullest streaming slice of any chip
 * @param classes programs that differ
 */
public record DecodeSchedule(
        LpuProgram program, long predictedCycles, List<Long> starts, List<Mark> marks, int words, int classes) {}
