package dev.lockstep.host.code;

import dev.lockstep.host.memory.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory for one image: first writable throughout, then {@linkplain #seal sealed} with the rights of its parts. */
final class CodeMemory {
    private final Libc libc;
    private final CodeLayout layout;
    private final MemorySegment bytes;

    private CodeMemory(Libc libc, CodeLayout layout, MemorySegment bytes) {
        this.libc = libc;
        this.layout = layout;
        this.bytes = bytes;
    }

    /** Zeroed memory that is given back when the arena closes. */
    static CodeMemory allocate(CodeLayout layout, Arena arena) {
        if (layout.writeEnd() == 0) {
            throw new CodeException("The object file has no code.");
        }
        Libc libc = new Libc();
        MemorySegment mapped = libc.map(layout.writeEnd());
        return new CodeMemory(libc, layout, mapped.reinterpret(layout.writeEnd(), arena, libc::unmap));
    }

    MemorySegment bytes() {
        return bytes;
    }

    /** Takes the right to write from code and constants, and gives that to run to code. */
    void seal() {
        MemorySegment code = bytes.asSlice(0, layout.executeEnd());
        libc.protect(code, Libc.READ | Libc.EXECUTE);
        libc.protect(bytes.asSlice(layout.executeEnd(), layout.readEnd() - layout.executeEnd()), Libc.READ);
        libc.synchronizeInstructions(code);
    }
}
