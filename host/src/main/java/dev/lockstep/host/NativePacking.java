package dev.lockstep.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.host.code.CodeException;
import dev.lockstep.host.code.NativeCode;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.layout.Packer;
import dev.lockstep.host.layout.QuantLayout;
import dev.lockstep.host.llvm.LlvmException;
import dev.lockstep.host.program.WeightPlan;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Packing in native code: several times as fast as {@link Packer} on a first start, where the JVM has yet to see what is worth compiling. Gives
 * the same bytes. Safe for use by several threads.
 */
final class NativePacking implements AutoCloseable {
    private static final FunctionDescriptor CALL =
            FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);

    /** Packed bytes from which on compiling is worth it. */
    private static final long WORTHWHILE = 64L << 20;

    private final NativeCode code;
    private final Map<QuantLayout, MethodHandle> functions = new EnumMap<>(QuantLayout.class);

    private NativePacking(NativeCode code, Collection<QuantLayout> layouts) {
        this.code = code;
        for (QuantLayout layout : layouts) {
            functions.put(layout, Linker.nativeLinker().downcallHandle(code.symbol(name(layout)), CALL));
        }
    }

    /** Native packing for a model, where it saves more time than compiling it takes, and this process can make native code. */
    static Optional<NativePacking> forWeights(WeightPlan plan, HostMachine.Compiler compiler, Target target) {
        if (plan.bytes() < WORTHWHILE) {
            return Optional.empty();
        }
        Set<QuantLayout> layouts = EnumSet.noneOf(QuantLayout.class);
        for (WeightPlan.Place place : plan.places()) {
            if (place.matrix()) {
                QuantLayout.of(place.weight().type()).filter(Kernels::packs).ifPresent(layouts::add);
            }
        }
        try {
            return layouts.isEmpty() ? Optional.empty() : Optional.of(compile(layouts, compiler, target));
        } catch (HostUnavailableException | LlvmException | CodeException unavailable) {
            return Optional.empty(); // told by whoever needs code for more than this
        }
    }

    /** Compiles what is needed for these layouts, all of which {@linkplain Kernels#packs can be packed}. */
    static NativePacking compile(Collection<QuantLayout> layouts, HostMachine.Compiler compiler, Target target) {
        Simd simd = Simd.of(target);
        IrModule module = new IrModule(simd.functionAttributes());
        Kernels kernels = new Kernels(module, simd);
        layouts.forEach(layout -> kernels.pack(layout, name(layout)));
        return new NativePacking(NativeCode.load(compiler.compile(module.text(), target)), layouts);
    }

    private static String name(QuantLayout layout) {
        return "lockstep_pack_" + layout;
    }

    /** Whether {@link #pack} takes this tensor. */
    boolean takes(Tensor tensor) {
        return tensor.data().isNative()
                && QuantLayout.of(tensor.type()).filter(functions::containsKey).isPresent();
    }

    /**
     * Packs tiles that follow each other in one matrix and have all of their 16 rows.
     *
     * @param first counted as {@link Packer#pack} does
     * @param target as many bytes as the tiles take
     * @return whether all values are surely finite
     */
    boolean pack(Tensor tensor, long first, long tiles, MemorySegment target) {
        QuantLayout layout = QuantLayout.of(tensor.type()).orElseThrow();
        long bytes = tiles * Packer.TILE_ROWS * tensor.rowBytes();
        MemorySegment source = tensor.data().asSlice(Packer.rowOffset(tensor, first, 0), bytes);
        long units = tensor.columns() / layout.columns();
        if (target.byteSize() != tiles * units * layout.unitBytes()) {
            throw new IllegalArgumentException(tiles + " tiles of " + tensor + " do not take " + target.byteSize());
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment special = arena.allocate(JAVA_LONG);
            functions.get(layout).invokeExact(source, tensor.rowBytes(), units, tiles, target, special);
            return special.get(JAVA_LONG, 0) == 0;
        } catch (RuntimeException | Error refused) {
            throw refused;
        } catch (Throwable e) {
            throw new AssertionError("generated code throws nothing", e);
        }
    }

    @Override
    public void close() {
        code.close();
    }
}
