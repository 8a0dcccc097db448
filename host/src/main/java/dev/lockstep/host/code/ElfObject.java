package dev.lockstep.host.code;

import dev.lockstep.host.cpu.Architecture;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a checked ELF64 relocatable object says, as far as loading needs it. Every index and range in it is valid.
 *
 * @param sections those that occupy memory
 * @param symbols by their number in the file
 */
record ElfObject(
        Architecture architecture, List<Section> sections, List<Symbol> symbols, List<Relocation> relocations) {

    /** What may be done with a section's memory. */
    enum Access {
        EXECUTE,
        READ,
        WRITE
    }

    /**
     * @param number in the file
     * @param alignment a power of two
     * @param size bytes in memory
     * @param content its first bytes; the rest of the size is zeros
     */
    record Section(int number, String name, Access access, long alignment, long size, MemorySegment content) {}

    sealed interface Symbol {
        String name();
    }

    /** @param offset bytes from the start of the section; {@code offset + size} is inside it */
    record Defined(String name, Section section, long offset, long size, boolean exported) implements Symbol {}

    /** Somewhere in this process; if {@code weak}, it may also be nowhere and then has address 0. */
    record Undefined(String name, boolean weak) implements Symbol {}

    /** A symbol that memory never sees (file names, debug information) or that we do not support. */
    record Unusable(String name) implements Symbol {}

    /** @param offset of the bytes to patch, all of them inside the section's content */
    record Relocation(Section section, long offset, RelocationType type, Symbol symbol, long addend) {}
}
