package dev.lockstep.lpu.program;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Hemisphere;

/**
 * Vectors that the host writes before a program runs, or reads afterwards.
 *
 * @param name what they are, in one word
 * @param slice of byte plane 0; plane b lies in slice + b
 * @param word of the first vector; the others follow
 */
public record Buffer(
        String name, Use use, int chip, Element type, Hemisphere hemisphere, int slice, int word, int vectors) {
    public Buffer {
        LpuProgram.requireWord(name);
    }

    /** Who writes and who reads. */
    public enum Use {
        INPUT,
        OUTPUT
    }
}
