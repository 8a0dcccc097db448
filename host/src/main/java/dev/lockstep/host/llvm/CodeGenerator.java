package dev.lockstep.host.llvm;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.memory.Libc;
import dev.lockstep.host.memory.LibraryPages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns LLVM IR in text form into machine code for a {@link Target}; any target can be emitted on any machine. Safe for
 * use by several threads, each call has an LLVM context of its own. A process compiles once or twice, so memory that LLVM does not
 * need at the moment goes back to the system.
 *
 * <p>Errors arrive as {@link LlvmException}: text that does not parse, IR that the verifier refuses, unknown passes,
 * and what the code generator reports, including LLVM's fatal errors (an intrinsic that the target lacks: "cannot
 * select"). A fatal error leaves LLVM no way back, so its thread sleeps on as a daemon with the memory of that
 * compilation; such errors are bugs of the IR's author and must not be routine. What LLVM ends with a trap or a wild
 * access, which verified IR should never bring about, still takes the process with it.
 */
public final class CodeGenerator {
    /** The optimiser's own order of passes at its highest level. */
    public static final String OPTIMISE = "default<O3>";

    private final Llvm llvm;
    private final Path library;

    /** @param library the file of {@code llvm} */
    CodeGenerator(Llvm llvm, Path library) {
        this.llvm = llvm;
        this.library = library;
    }

    /** An ELF64 relocatable object file with position-independent code. */
    public byte[] compile(String ir, Target target) {
        return compile(ir, target, OPTIMISE);
    }

    /** @param passes a pipeline in the syntax of {@code opt -passes} */
    public byte[] compile(String ir, Target target, String passes) {
        return CompilerThread.call(() -> emit(ir, target, passes, Llvm.OBJECT_FILE));
    }

    /** The same code as assembly text, for people and for tests that look for instructions. */
    public String assembly(String ir, Target target) {
        return assembly(ir, target, OPTIMISE);
    }

    /** @param passes a pipeline in the syntax of {@code opt -passes} */
    public String assembly(String ir, Target target, String passes) {
        byte[] text = CompilerThread.call(() -> emit(ir, target, passes, Llvm.ASSEMBLY_FILE));
        return new String(text, StandardCharsets.UTF_8);
    }

    /** The version of the library, for example {@code 20.1.7}: one thing that decides the code that comes out. */
    public String version() {
        return llvm.version();
    }

    private byte[] emit(String ir, Target target, String passes, int fileType) {
        List<String> errors = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment context = llvm.createContext();
            llvm.onError(context, errors::add, arena);
            try {
                byte[] file = emit(context, ir, target, passes, fileType);
                if (!errors.isEmpty()) {
                    throw new LlvmException("LLVM cannot compile the IR: " + String.join("; ", errors));
                }
                return file;
            } finally {
                llvm.disposeContext(context);
                LibraryPages.release(library);
                new Libc().trimFreed();
            }
        }
    }

    private byte[] emit(MemorySegment context, String ir, Target target, String passes, int fileType) {
        MemorySegment machine = llvm.createMachine(target.triple(), target.cpu(), target.featureString());
        try {
            MemorySegment module = llvm.parse(context, ir);
            try {
                llvm.retarget(module, target.triple(), machine);
                llvm.verify(module);
                llvm.runPasses(module, passes, machine);
                LibraryPages.release(library); // emitting needs other code than optimising
                return llvm.emit(module, machine, fileType);
            } finally {
                llvm.disposeModule(module);
            }
        } finally {
            llvm.disposeMachine(machine);
        }
    }
}
