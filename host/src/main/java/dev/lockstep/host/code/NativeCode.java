package dev.lockstep.host.code;

import dev.lockstep.host.cpu.Architecture;
import dev.lockstep.host.memory.ExternalSymbols;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An object file's code, linked into this process and ready to be called until it is closed.
 *
 * <p>Undefined symbols are looked up among the C library's functions and the compiler's helpers of libgcc. Code is
 * executable and read-only, constants are read-only, nothing is writable and executable at once.
 */
public final class NativeCode implements AutoCloseable {
    private final Arena arena;
    private final Map<String, MemorySegment> symbols;

    private NativeCode(Arena arena, Map<String, MemorySegment> symbols) {
        this.arena = arena;
        this.symbols = symbols;
    }

    /**
     * Links an ELF64 relocatable object of this machine's architecture. Its code is not run, and a file that was
     * damaged is refused; code that does wrong when it is called is beyond what can be checked.
     *
     * @throws CodeException if the object is damaged, needs what is not supported, or no memory can be had
     */
    public static NativeCode load(byte[] object) {
        ElfObject elf = ElfReader.read(object);
        if (!Optional.of(elf.architecture()).equals(Architecture.host())) {
            throw new CodeException("The object file has code for " + elf.architecture() + ", this process runs on "
                    + System.getProperty("os.arch") + ": compile it for this machine.");
        }
        Arena arena = Arena.ofShared();
        try {
            ObjectLinker linker = new ObjectLinker(elf, ExternalSymbols::find);
            CodeMemory memory = CodeMemory.allocate(linker.layout(), arena);
            linker.link(memory.bytes());
            memory.seal();
            Map<String, MemorySegment> symbols = new TreeMap<>();
            linker.exports()
                    .forEach((name, extent) -> symbols.put(
                            name,
                            memory.bytes()
                                    .asSlice(extent.offset(), extent.size())
                                    .asReadOnly()));
            return new NativeCode(arena, symbols);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /**
     * The place of a global function or variable of the object, to be called or read until {@link #close}.
     *
     * @throws CodeException if the object defines no such symbol
     */
    public MemorySegment symbol(String name) {
        MemorySegment symbol = symbols.get(name);
        if (symbol == null) {
            throw new CodeException("The object file defines no symbol '" + name + "', only " + symbols.keySet() + ".");
        }
        return symbol;
    }

    /**
     * Takes the code out of memory.
     *
     * @throws IllegalStateException if a thread is inside it
     */
    @Override
    public void close() {
        arena.close();
    }
}
