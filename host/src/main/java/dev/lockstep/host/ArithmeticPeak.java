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
    /** Multiply-adds of a pass of a thread: some milliseconds, beside which its start is nothing. */
    private static final long PRODUCTS = 2_000_000_000L;

    private static final int PASSES = 5;
    private static final String MULTIPLY = "lockstep_multiply";

    private final int threads;
    private final long rounds;
    private final long products;
    private final NativeCode code;
    private final MethodHandle multiply;
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> memory = new ArrayList<>();

    private ArithmeticPeak(CodeGenerator generator, int threads, TensorType type) {
        this.threads = threads;
        Target target = Target.host();
        Simd simd = Simd.of(target);
        IrModule module = new IrModule(simd.functionAttributes());
        Kernels kernels = new Kernels(module, simd);
        rounds = PRODUCTS / kernels.peakProducts(type);
        products = kernels.peakProducts(type) * rounds;
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
        for (int pass = 0; pass < PASSES; pass++) {
            long start = System.nanoTime();
            Threads.join(memory.stream()
                    .map(mine -> Thread.ofPlatform().start(() -> multiply(mine)))
                    .toList());
            best = Math.max(best, (double) products * threads / (System.nanoTime() - start));
        }
        return best;
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
