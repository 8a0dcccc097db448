package dev.lockstep.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.code.NativeCode;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.QuantPanel;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.layout.Packer;
import dev.lockstep.host.llvm.LlvmLibrary;
import dev.lockstep.host.memory.LargeMemory;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Products of some rows of a quantised matrix with the rows of one or several tokens, by the kernel that a step of so many tokens uses. Weights
 * lie in the second-level cache. Beside calls, multiply-adds are counted: {@code products}, in 10^9 per second.
 *
 * <p>{@code LOCKSTEP_CPU} chooses the instructions, as it does for the command.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"})
public class ProductBenchmark {
    private static final String PRODUCT = "lockstep_product";
    private static final int ROW_TILES = 8;
    private static final int VECTOR_BYTES = 64;

    @Param({"Q4_0", "Q8_0", "Q4_K", "Q6_K"})
    private TensorType type;

    @Param({"2048", "5632"})
    private int columns;

    @Param({"1", "2", "4", "8", "16", "64", "256"})
    private int tokens;

    private final Arena arena = Arena.ofShared();
    private NativeCode code;
    private MethodHandle product;
    private MemorySegment weights;
    private MemorySegment panels;
    private MemorySegment results;
    private MemorySegment scratch;

    /** Multiply-adds, beside JMH's count of calls. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Counted {
        private double products;

        @Setup(Level.Iteration)
        public void reset() {
            products = 0;
        }

        /** In 10^9. */
        public double products() {
            return products / 1e9;
        }
    }

    @Setup
    public void prepare() {
        Target target = Target.host();
        Simd simd = Simd.of(target);
        IrModule module = new IrModule(simd.functionAttributes());
        Kernels kernels = new Kernels(module, simd);
        module.publicFunction(PRODUCT, List.of(Type.PTR, Type.PTR, Type.PTR, Type.PTR), f -> multiply(f, kernels));
        code = NativeCode.load(compile(module, target));
        product = Linker.nativeLinker()
                .downcallHandle(code.symbol(PRODUCT), FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, ADDRESS));
        QuantPanel panel = panel();
        long panelCount = (tokens + panel.tokens() - 1) / panel.tokens();
        weights = filled(tileBytes() * ROW_TILES + (64 << 10));
        panels = filled(panelCount * panel.bytes());
        results = LargeMemory.allocate((long) tokens * ROW_TILES * VECTOR_BYTES, arena);
        scratch = LargeMemory.allocate(Kernels.SCRATCH_BYTES, arena);
    }

    private static byte[] compile(IrModule module, Target target) {
        return switch (LlvmLibrary.find()) {
            case LlvmLibrary.Found found -> found.codeGenerator().compile(module.text(), target);
            case LlvmLibrary.Missing missing -> throw new IllegalStateException(missing.reason());
        };
    }

    private QuantPanel panel() {
        return QuantPanel.of(RowKind.Q8, columns, QuantPanel.tokens(tokens));
    }

    private long tileBytes() {
        return Packer.tileBytes(type, columns);
    }

    /** Bytes that are neither huge nor tiny as floats of two or four bytes. */
    private MemorySegment filled(long bytes) {
        MemorySegment memory = LargeMemory.allocate(bytes, arena);
        SplittableRandom random = new SplittableRandom(1);
        for (long i = 0; i < memory.byteSize(); i += Short.BYTES) {
            memory.set(ValueLayout.JAVA_SHORT, i, (short) (0x2C00 + random.nextInt(0x400)));
        }
        return memory;
    }

    private void multiply(IrFunction f, Kernels kernels) {
        Ir tileBytes = Ir.i64(tileBytes());
        Ir stride = Ir.i64((long) ROW_TILES * VECTOR_BYTES);
        Ir fields = f.offset(f.parameter(1), panel().fieldsOffset());
        boolean tiled = kernels.tiles() && tokens >= Kernels.LEAST_TILED;
        if (tiled) {
            kernels.openTiles(f);
        }
        boolean straight = tokens == 1 || tokens <= kernels.straightTokens(type);
        int rowTiles = straight ? 1 : tiled ? Kernels.ROW_TILES : kernels.rowTiles();
        f.loop(Ir.i64(0), Ir.i64(ROW_TILES), rowTiles, tile -> {
            Ir packed = f.offset(f.parameter(0), f.mul(tile, tileBytes));
            Ir y = f.offset(f.parameter(2), f.mul(tile, Ir.i64(VECTOR_BYTES)));
            if (straight) {
                String kernel = kernels.quantLinear(type, RowKind.Q8, columns, panel().tokens(), tokens);
                f.callLocal(kernel, packed, f.parameter(1), fields, y, stride);
            } else if (tiled) {
                String kernel = kernels.tileLinear(type, RowKind.Q8, columns);
                f.callLocal(kernel, packed, f.parameter(1), Ir.i64(tokens), y, stride, f.parameter(3), tileBytes);
            } else {
                String kernel = kernels.panelLinear(type, RowKind.Q8, columns, rowTiles);
                f.callLocal(kernel, packed, f.parameter(1), Ir.i64(tokens), y, stride, f.parameter(3), Ir.i64(0));
            }
        });
        if (tiled) {
            kernels.closeTiles(f);
        }
    }

    @Benchmark
    public void product(Counted counted) throws Throwable {
        product.invokeExact(weights, panels, results, scratch);
        counted.products += 16.0 * ROW_TILES * columns * tokens;
    }

    @TearDown
    public void close() {
        code.close();
        arena.close();
    }
}
