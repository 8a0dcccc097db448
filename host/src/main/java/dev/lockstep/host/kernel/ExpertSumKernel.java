package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;

/**
 * Weighted sums of the chosen experts' rows, with the parameters of {@link Elementwise}: {@code a} is a vector of the first expert's row of the first token, the rows of the token's
 * other experts follow it; {@code b} is the token's choice.
 */
final class ExpertSumKernel {
    private static final Type VECTOR = Type.FLOAT.times(FloatRow.LANES);

    private ExpertSumKernel() {}

    static String emit(IrModule module, int width, int used) {
        return module.function(
                "expert_sum_" + width + "x" + used,
                Elementwise.PARAMETERS,
                f -> Elementwise.eachRow(f, (x, choice, y) -> {
                    Ir weights = f.offset(choice, RouteKernel.weightsOffset(used));
                    Elementwise.eachVector(
                            f, at -> f.store(sum(f, width, used, f.offset(x, at), weights), f.offset(y, at)));
                }));
    }

    private static Ir sum(IrFunction f, int width, int used, Ir first, Ir weights) {
        return f.loop(Ir.i64(0), Ir.i64(used), Ir.i64(1), List.of(Ir.zero(VECTOR)), (slot, carried) -> {
                    Ir x = f.load(VECTOR, f.offset(first, f.mul(slot, Ir.i64(FloatRow.bytes(width)))));
                    Ir weight = f.load(Type.FLOAT, f.word(weights, slot));
                    return List.of(f.fma(f.splat(weight, FloatRow.LANES), x, carried.getFirst()));
                })
                .getFirst();
    }
}
