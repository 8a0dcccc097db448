package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;

/**
 * Weighted sum of the chosen experts' rows of one token: {@code void (ptr x, ptr choice, ptr y, i64 from, i64 to)} for the vectors
 * of 16 elements {@code from} to {@code to}; the experts' rows follow one another in {@code x}.
 */
final class ExpertSumKernel {
    private static final Type VECTOR = Type.FLOAT.times(FloatRow.LANES);

    private ExpertSumKernel() {}

    static String emit(IrModule module, int width, int used) {
        return module.function(
                "expert_sum_" + width + "x" + used,
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.I64, Type.I64),
                f -> emit(f, width, used));
    }

    private static void emit(IrFunction f, int width, int used) {
        Ir weights = f.offset(f.parameter(1), RouteKernel.weightsOffset(used));
        f.loop(f.parameter(3), f.parameter(4), 1, i -> {
            Ir bytes = f.mul(i, Ir.i64(VECTOR.bytes()));
            Ir sum = f.loop(Ir.i64(0), Ir.i64(used), Ir.i64(1), List.of(Ir.zero(VECTOR)), (slot, carried) -> {
                        Ir row = f.offset(f.parameter(0), f.mul(slot, Ir.i64(FloatRow.bytes(width))));
                        Ir weight = f.load(Type.FLOAT, f.word(weights, slot));
                        Ir x = f.load(VECTOR, f.offset(row, bytes));
                        return List.of(f.fma(f.splat(weight, FloatRow.LANES), x, carried.getFirst()));
                    })
                    .getFirst();
            f.store(sum, f.offset(f.parameter(2), bytes));
        });
    }
}
