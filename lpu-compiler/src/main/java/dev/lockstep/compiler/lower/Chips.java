package dev.lockstep.compiler.lower;

import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.LpuProgram;

/** Chips that can run programs: a simulator, as far as a running text is concerned. */
public interface Chips {
    /** Writes a vector of an input buffer: one element a lane, as bits. */
    void write(Buffer buffer, int vector, int[] lanes);

    /** A vector of an output buffer: one element a lane, as bits. */
    int[] read(Buffer buffer, int vector);

    /** Runs a program to its end, and says in which cycle that was. */
    long run(LpuProgram program);
}
