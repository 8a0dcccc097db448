package dev.lockstep.host.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/** What code may call outside itself: the C and mathematics library, and the helpers that compilers rely on. */
public final class ExternalSymbols {
    private static final String COMPILER_HELPERS = "libgcc_s.so.1";

    private ExternalSymbols() {}

    /** The address of a function by its C name. */
    public static Optional<MemorySegment> find(String name) {
        return Linker.nativeLinker().defaultLookup().find(name).or(() -> compilerHelper(name));
    }

    private static Optional<MemorySegment> compilerHelper(String name) {
        try {
            return SymbolLookup.libraryLookup(COMPILER_HELPERS, Arena.global()).find(name);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a system without it: only code that needs a helper will be refused
        }
    }
}
