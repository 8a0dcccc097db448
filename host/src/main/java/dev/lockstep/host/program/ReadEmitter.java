package dev.lockstep.host.program;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.kernel.Synchronization;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Writes {@code void (ptr context, i64 core)}: cores read all weights, each a share, and do nothing else. What that takes is the limit of a step of one
 * token: the same bytes at the same places, read by the same threads.
 */
final class ReadEmitter {
    private static final Type VECTOR = Type.I64.times(8);

    /** Loads that wait for nothing but memory. */
    private static final int VECTORS = 8;

    private static final long ROUND = (long) VECTORS * VECTOR.bytes();

    private ReadEmitter() {}

    static void emit(long bytes, Simd simd, IrModule module, String name) {
        module.publicFunction(name, List.of(Type.PTR, Type.I64), f -> {
            Ir context = f.parameter(0);
            Ir cores = f.load(Type.I64, context, StepContext.CORES);
            Ir weights = f.load(Type.PTR, context, StepContext.WEIGHTS);
            Ir sum = read(
                    f,
                    weights,
                    share(f, bytes, f.parameter(1), cores),
                    share(f, bytes, f.add(f.parameter(1), Ir.i64(1)), cores));
            // Nobody needs it; but what is not used is not read.
            f.atomic("xor", f.offset(context, StepContext.READ), sum);
            f.callLocal(
                    new Kernels(module, simd).barrier(),
                    f.load(Type.PTR, context, StepContext.ARRIVALS),
                    f.parameter(1),
                    f.offset(context, StepContext.SLEEPERS),
                    cores,
                    Synchronization.rest(f, Ir.i64(1), 0));
        });
    }

    /** Where a core's share begins. */
    private static Ir share(IrFunction f, long bytes, Ir core, Ir cores) {
        return f.mul(f.udiv(f.mul(core, Ir.i64(bytes / ROUND)), cores), Ir.i64(ROUND));
    }

    private static Ir read(IrFunction f, Ir weights, Ir from, Ir to) {
        List<Ir> zeros = Collections.nCopies(VECTORS, Ir.zero(VECTOR));
        List<Ir> sums = f.loop(from, to, Ir.i64(ROUND), zeros, (at, carried) -> {
            List<Ir> next = new ArrayList<>();
            for (int i = 0; i < VECTORS; i++) {
                next.add(f.xor(carried.get(i), f.load(VECTOR, f.offset(weights, at), (long) i * VECTOR.bytes())));
            }
            return next;
        });
        Ir sum = sums.stream().reduce(f::xor).orElseThrow();
        return f.call("llvm.vector.reduce.xor." + VECTOR.mangled(), Type.I64, sum);
    }
}
