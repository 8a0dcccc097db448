package dev.lockstep.lpu.program;

import dev.lockstep.lpu.machine.Hemisphere;

/** What memory holds before a program runs for the first time: weights, tables, constants. Words that nobody writes are 0. */
public interface MemoryImage {
    /** Writes everything that a chip holds. */
    void load(int chip, Writer writer);

    /** Where a vector goes. */
    interface Writer {
        /** @param vector one byte for each lane; not kept */
        void write(Hemisphere hemisphere, int slice, int word, byte[] vector);
    }
}
