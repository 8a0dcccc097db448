package dev.lockstep.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.host.code.NativeCode;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.layout.QuantLayout;
import dev.lockstep.host.llvm.CodeGenerator;
import dev.lockstep.host.llvm.LlvmLibrary;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What this computer's cores multiply and add at most in products with several tokens, with the instructions that kernels use for a type
 * of weights: the limit of reading prompts. Operands are in the first-level cache, and nothing is scaled.
 */
public final class ArithmeticPeak implements AutoCloseable {
    /** Nanoseconds of a pass at least: a processor takes tens of milliseconds to its full speed, and threads do not start at once. */
    private static final long PASS_NANOS = 80_000_000;

    private static final int PASSES = 3;

    /** Multiply-adds of a thread in the first, shorter pass. */
    private static final long FIRST_PRODUCTS = 200_000_000;

    private static final String MULTIPLY = "lockstep_multiply";

    private final int threads;
    private final long products;
    private final NativeCode code;
    private final MethodHandle multiply;
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> memory = new ArrayList<>();
    private long rounds;

    private ArithmeticPeak(CodeGenerator generator, int threads, TensorType type) {
        this.threads = threads;
        Target target = Target.host();
        Simd simd = Simd.of(target);
        IrModule module = new IrModule(simd.functionAttributes());
        Kernels kernels = new Kernels(module, simd);
        products = kernels.peakProducts(type);
        rounds = FIRST_PRODUCTS / products;
        module.publicFunction(
                MULTIPLY,
                List.of(Type.I64, Type.PTR),
                f -> f.callLocal(kernels.peak(type), f.parameter(0), f.parameter(1)));
        code = NativeCode.load(generator.compile(module.text(), target));
        multiply = Linker.nativeLinker()
                .downcallHandle(code.symbol(MULTIPLY), FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS));
        for (int thread = 0; thread < threads; thread++) {
            memory.add(arena.allocate(Kernels.PEAK_BYTES, 64));
        }
    }

    /** Prepares to multiply with so many threads; empty if this process cannot make native code, or the type's weights are multiplied as floats. */
    public static Optional<ArithmeticPeak> open(int threads, TensorType type) {
        return QuantLayout.of(type).isEmpty()
                ? Optional.empty()
                : switch (LlvmLibrary.find()) {
                    case LlvmLibrary.Found found ->
                        Optional.of(new ArithmeticPeak(found.codeGenerator(), threads, type));
                    case LlvmLibrary.Missing _ -> Optional.empty();
                };
    }

    /** The best of some passes, in 10^9 multiply-adds per second. */
    public double measure() {
        double best = 0;
        int passes = 0;
        while (passes < PASSES) {
            long nanos = pass();
            best = Math.max(best, (double) products * rounds * threads / nanos);
            if (nanos >= PASS_NANOS) {
                passes++;
            } else {
                rounds *= 2;
            }
        }
        return best;
    }

    private long pass() {
        long start = System.nanoTime();
        Threads.join(memory.stream()
                .map(mine -> Thread.ofPlatform().start(() -> multiply(mine)))
                .toList());
        return System.nanoTime() - start;
    }

    private void multiply(MemorySegment mine) {
        try {
            multiply.invokeExact(rounds, mine);
        } catch (Throwable e) {
            throw new AssertionError("generated code throws nothing", e);
        }
    }

    @Override
    public void close() {
        code.close();
        arena.close();
    }
}
