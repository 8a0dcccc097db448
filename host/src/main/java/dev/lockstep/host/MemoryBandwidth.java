package dev.lockstep.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.host.code.NativeCode;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.llvm.LlvmLibrary;
import dev.lockstep.host.memory.LargeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What this computer's memory delivers to cores that only read: the limit of decoding. Measured with generated code that xors vectors, on
 * the same kind of memory that weights lie in.
 */
public final class MemoryBandwidth {
    /** Well beyond the last-level cache of any processor, all threads together. */
    private static final long BYTES = 512L << 20;

    private static final int PASSES = 8;
    private static final String READ = "lockstep_read";
    private static final Type VECTOR = Type.I64.times(8);
    private static final int VECTORS = 8;

    private MemoryBandwidth() {}

    /**
     * Reads with so many threads at once.
     *
     * @return the best of some passes, in 10^9 bytes per second; empty if this process cannot make native code
     */
    public static OptionalDouble measure(int threads) {
        if (!(LlvmLibrary.find() instanceof LlvmLibrary.Found library)) {
            return OptionalDouble.empty();
        }
        Target target = Target.host();
        long part = BYTES / threads / (VECTORS * VECTOR.bytes()) * (VECTORS * VECTOR.bytes());
        try (NativeCode code = NativeCode.load(library.codeGenerator().compile(ir(target), target));
                Arena arena = Arena.ofShared()) {
            MethodHandle read = Linker.nativeLinker()
                    .downcallHandle(code.symbol(READ), FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, ADDRESS));
            MemorySegment memory = LargeMemory.allocate(BYTES, arena).fill((byte) 1);
            MemorySegment sums = arena.allocate(64L * threads, 64);
            double best = 0;
            for (int pass = 0; pass < PASSES; pass++) {
                long start = System.nanoTime();
                List<Thread> readers = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                    MemorySegment mine = memory.asSlice(thread * part, part);
                    MemorySegment sum = sums.asSlice(64L * thread, 64);
                    readers.add(Thread.ofPlatform().start(() -> read(read, mine, sum)));
                }
                readers.forEach(MemoryBandwidth::join);
                best = Math.max(best, (double) part * threads / (System.nanoTime() - start));
            }
            return OptionalDouble.of(best);
        }
    }

    private static String ir(Target target) {
        IrModule module = new IrModule(Simd.of(target).functionAttributes());
        module.publicFunction(READ, List.of(Type.PTR, Type.I64, Type.PTR), f -> {
            List<Ir> zeros = java.util.Collections.nCopies(VECTORS, Ir.zero(VECTOR));
            List<Ir> sums = f.loop(
                    Ir.i64(0), f.parameter(1), Ir.i64((long) VECTORS * VECTOR.bytes()), zeros, (at, carried) -> {
                        List<Ir> next = new ArrayList<>();
                        for (int i = 0; i < VECTORS; i++) {
                            Ir place = f.offset(f.offset(f.parameter(0), at), (long) i * VECTOR.bytes());
                            next.add(f.xor(carried.get(i), f.load(VECTOR, place)));
                        }
                        return next;
                    });
            f.store(sums.stream().reduce(f::xor).orElseThrow(), f.parameter(2));
        });
        return module.text();
    }

    private static void read(MethodHandle read, MemorySegment memory, MemorySegment sum) {
        try {
            read.invokeExact(memory, memory.byteSize(), sum);
        } catch (Throwable e) {
            throw new AssertionError("generated code throws nothing", e);
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
