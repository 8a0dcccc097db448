package dev.lockstep.host.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The C library's functions for memory, registers and locks on files. Constants are Linux's, where nothing else is said the same on x86-64 and AArch64. */
public final class Libc {
    public static final int READ = 1;
    public static final int WRITE = 2;
    public static final int EXECUTE = 4;

    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int ADVISE_UNNEEDED = 4;
    private static final int ADVISE_HUGE_PAGES = 14;
    private static final long PAGE = 4096;

    /** To read and write, and not handed on to other programs; for this holder alone, without waiting. */
    private static final int OPEN_TO_WRITE = 0x80002;

    private static final int LOCK_IF_FREE = 6;

    /** Of a set of processors, as many as Linux can have. */
    private static final long MASK_BYTES = 1024;

    /** Of Linux on x86-64: the system call arch_prctl, its request for a part of the state, and AMX's tiles. */
    private static final long ARCH_PRCTL = 158;

    private static final long REQUEST_PERMISSION = 0x1023;
    private static final long TILE_DATA = 18;

    private static final String X86 = "amd64";

    private static final long MAP_FAILED = -1;

    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CALL_STATE.varHandle(StructLayout.PathElement.groupElement("errno")).withInvokeExactBehavior();

    /**
     * Every function is called with six words, whatever it takes: unused registers do no harm, and the JVM prepares one kind of call
     * in place of one for each function, which a start would wait for.
     */
    private static final FunctionDescriptor SIX_WORDS =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final Map<String, MethodHandle> FUNCTIONS = new ConcurrentHashMap<>();

    /** Fresh zeroed memory, readable and writable; the segment has the size and the global scope. */
    public MemorySegment map(long size) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            long address = call("mmap", state, 0, size, READ | WRITE, PRIVATE_ANONYMOUS, -1, 0);
            if (address == MAP_FAILED) {
                throw new NativeMemoryException("the system gives no " + size + " bytes of memory (mmap: errno "
                        + errno(state) + "); close other programs, or take a smaller model or context");
            }
            return MemorySegment.ofAddress(address).reinterpret(size);
        }
    }

    public void protect(MemorySegment pages, int rights) {
        if (pages.byteSize() == 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            int failed = (int) call("mprotect", state, pages.address(), pages.byteSize(), rights, 0, 0, 0);
            if (failed != 0) {
                throw new NativeMemoryException("the system does not let memory become executable or read-only"
                        + " (mprotect: errno " + errno(state) + "); a security policy may forbid it");
            }
        }
    }

    public void unmap(MemorySegment pages) {
        call("munmap", pages.address(), pages.byteSize(), 0);
    }

    /** Asks for large pages; a system that has none to give is no error. */
    public void adviseHugePages(MemorySegment pages) {
        advise(pages, ADVISE_HUGE_PAGES);
    }

    /**
     * Gives whole pages inside a part of a mapped file back to the system, which reads them again when they are touched. Where pages are
     * larger than 4 KiB it may do nothing.
     */
    public void release(MemorySegment mapped) {
        long start = -mapped.address() & PAGE - 1;
        long end = mapped.byteSize() - (mapped.address() + mapped.byteSize() & PAGE - 1);
        if (start < end) {
            advise(mapped.asSlice(start, end - start), ADVISE_UNNEEDED);
        }
    }

    /** Gives memory that C code has freed back to the system, where the C library can do that (glibc). */
    public void trimFreed() {
        ExternalSymbols.find("malloc_trim").ifPresent(_ -> call("malloc_trim", 0, 0, 0));
    }

    /**
     * Opens a file and locks it against all others who do this, in this process or another, until it is {@linkplain #close closed} or the process
     * ends. Unlike a lock of Java's channels it does not end when the process closes the file somewhere else.
     *
     * @return the descriptor; -1 if the file cannot be opened or somebody else has locked it
     */
    public int tryLock(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor =
                    (int) call("open", arena.allocateFrom(file.toString()).address(), OPEN_TO_WRITE, 0);
            if (descriptor >= 0 && (int) call("flock", descriptor, LOCK_IF_FREE, 0) != 0) {
                close(descriptor);
                return -1;
            }
            return descriptor;
        }
    }

    public void close(int descriptor) {
        call("close", descriptor, 0, 0);
    }

    /** The processors that the calling thread may run on; none where the system does not tell. */
    public BitSet processors() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            boolean told = ExternalSymbols.find("sched_getaffinity").isPresent()
                    && (int) call("sched_getaffinity", 0, MASK_BYTES, mask.address()) == 0;
            return told ? BitSet.valueOf(mask.toArray(JAVA_LONG)) : new BitSet();
        }
    }

    /** Lets the calling thread run on some processors only; a system that refuses is no error. */
    public void bind(BitSet processors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            MemorySegment.copy(
                    MemorySegment.ofArray(processors.toLongArray()), 0, mask, 0, processors.toLongArray().length * 8L);
            call("sched_setaffinity", 0, MASK_BYTES, mask.address());
        }
    }

    /** The processor that the calling thread runs on. */
    public int processor() {
        try {
            return (int) GetProcessor.CALL.invokeExact();
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** Linked when first needed; called so often that it may not allocate. */
    private static final class GetProcessor {
        static final MethodHandle CALL = Linker.nativeLinker()
                .downcallHandle(
                        ExternalSymbols.find("sched_getcpu").orElseThrow(),
                        FunctionDescriptor.of(JAVA_INT),
                        Linker.Option.critical(false));
    }

    private static void advise(MemorySegment pages, int advice) {
        call("madvise", pages.address(), pages.byteSize(), advice);
    }

    /**
     * Makes written code visible to instruction fetch. x86 does it by itself; on AArch64 the compiler's helper does it,
     * and where that is missing Linux does when pages become executable for the first time.
     */
    public void synchronizeInstructions(MemorySegment code) {
        if (System.getProperty("os.arch").equals(X86)) {
            return;
        }
        ExternalSymbols.find("__clear_cache").ifPresent(clearCache -> {
            MethodHandle call =
                    Linker.nativeLinker().downcallHandle(clearCache, FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
            try {
                call.invokeExact(code, code.asSlice(code.byteSize()));
            } catch (Throwable e) {
                throw unchecked(e);
            }
        });
    }

    /** Asks, for all threads of this process, for the tile registers of an x86-64 processor that has them; whether they may be used. */
    public boolean permitTiles() {
        return call("syscall", ARCH_PRCTL, REQUEST_PERMISSION, TILE_DATA) == 0;
    }

    private static long call(String name, long a, long b, long c) {
        try (Arena arena = Arena.ofConfined()) {
            return call(name, arena.allocate(CALL_STATE), a, b, c, 0, 0, 0);
        }
    }

    private static long call(String name, MemorySegment state, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) FUNCTIONS.computeIfAbsent(name, Libc::function).invokeExact(state, a, b, c, d, e, f);
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    private static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    private static MethodHandle function(String name) {
        MemorySegment address = ExternalSymbols.find(name)
                .orElseThrow(() -> new NativeMemoryException("This system's C library has no function " + name + "."));
        return Linker.nativeLinker().downcallHandle(address, SIX_WORDS, Linker.Option.captureCallState("errno"));
    }

    private static RuntimeException unchecked(Throwable e) {
        return switch (e) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> throw new AssertionError("a native function throws nothing checked", e);
        };
    }
}
