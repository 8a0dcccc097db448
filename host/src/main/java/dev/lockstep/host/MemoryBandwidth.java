package dev.lockstep.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.host.code.NativeCode;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.llvm.CodeGenerator;
import dev.lockstep.host.llvm.LlvmLibrary;
import dev.lockstep.host.memory.LargeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What this computer's memory delivers to cores that only read: the limit of decoding. Measured with generated code that xors vectors, on
 * the same kind of memory that weights lie in. On shared computers it changes from second to second: measure it right beside what it
 * is compared with.
 */
public final class MemoryBandwidth implements AutoCloseable {
    /** Well beyond the last-level cache of any processor, all threads together. */
    private static final long BYTES = 512L << 20;

    private static final int PASSES = 3;
    private static final String READ = "lockstep_read";
    private static final Type VECTOR = Type.I64.times(8);
    private static final int VECTORS = 8;

    private final int threads;
    private final NativeCode code;
    private final MethodHandle read;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final MemorySegment sums;

    private MemoryBandwidth(CodeGenerator generator, int threads) {
        this.threads = threads;
        Target target = Target.host();
        code = NativeCode.load(generator.compile(ir(target), target));
        read = Linker.nativeLinker()
                .downcallHandle(code.symbol(READ), FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, ADDRESS));
        memory = LargeMemory.allocate(BYTES, arena).fill((byte) 1);
        sums = arena.allocate(64L * threads, 64);
    }

    /** Prepares to read with so many threads; empty if this process cannot make native code. */
    public static Optional<MemoryBandwidth> open(int threads) {
        return switch (LlvmLibrary.find()) {
            case LlvmLibrary.Found found -> Optional.of(new MemoryBandwidth(found.codeGenerator(), threads));
            case LlvmLibrary.Missing _ -> Optional.empty();
        };
    }

    /** The best of some passes, in 10^9 bytes per second. */
    public double measure() {
        long part = BYTES / threads / (VECTORS * VECTOR.bytes()) * (VECTORS * VECTOR.bytes());
        double best = 0;
        for (int pass = 0; pass < PASSES; pass++) {
            long start = System.nanoTime();
            List<Thread> readers = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                MemorySegment mine = memory.asSlice(thread * part, part);
                MemorySegment sum = sums.asSlice(64L * thread, 64);
                readers.add(Thread.ofPlatform().start(() -> read(mine, sum)));
            }
            Threads.join(readers);
            best = Math.max(best, (double) part * threads / (System.nanoTime() - start));
        }
        return best;
    }

    @Override
    public void close() {
        code.close();
        arena.close();
    }

    private static String ir(Target target) {
        IrModule module = new IrModule(Simd.of(target).functionAttributes());
        module.publicFunction(READ, List.of(Type.PTR, Type.I64, Type.PTR), f -> {
            List<Ir> zeros = java.util.Collections.nCopies(VECTORS, Ir.zero(VECTOR));
            List<Ir> sums =
                    f.loop(Ir.i64(0), f.parameter(1), Ir.i64((long) VECTORS * VECTOR.bytes()), zeros, (at, carried) -> {
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

    private void read(MemorySegment mine, MemorySegment sum) {
        try {
            read.invokeExact(mine, mine.byteSize(), sum);
        } catch (Throwable e) {
            throw new AssertionError("generated code throws nothing", e);
        }
    }
}
