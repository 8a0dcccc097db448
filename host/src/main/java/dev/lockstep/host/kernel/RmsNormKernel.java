package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;

/** Root-mean-square norm of one row or one head: {@code void (ptr x, ptr gain, ptr y)}. */
final class RmsNormKernel {
    private static final Type VECTOR = Type.FLOAT.times(FloatRow.LANES);

    private RmsNormKernel() {}

    static String emit(IrModule module, int width, float epsilon) {
        String name = "rms_norm_%d_%08x".formatted(width, Float.floatToRawIntBits(epsilon));
        return module.function(name, List.of(Type.PTR, Type.PTR, Type.PTR), f -> emit(f, width, epsilon));
    }

    private static void emit(IrFunction f, int width, float epsilon) {
        Ir x = f.parameter(0);
        Ir squares = f.loop(
                        Ir.i64(0),
                        Ir.i64(width / FloatRow.LANES * FloatRow.LANES),
                        Ir.i64(FloatRow.LANES),
                        List.of(Ir.zero(VECTOR)),
                        (i, sums) -> {
                            Ir value = f.load(VECTOR, f.offset(x, f.shl(i, 2)));
                            return List.of(f.fma(value, value, sums.getFirst()));
                        })
                .getFirst();
        int rest = width % FloatRow.LANES;
        if (rest > 0) {
            Ir inside = Elementary.lanesBefore(f, FloatRow.LANES, Ir.i64(0), Ir.i64(rest));
            Ir value = f.load(VECTOR, x, 4L * (width - rest));
            value = f.select(inside, value, Ir.zero(VECTOR));
            squares = f.fma(value, value, squares);
        }
        Ir mean = f.fdiv(Elementary.sumOfLanes(f, squares), Ir.constant(Type.FLOAT, (float) width));
        Ir root = f.sqrt(f.fadd(mean, Ir.constant(Type.FLOAT, epsilon)));
        Ir factor = f.fdiv(Ir.constant(Type.FLOAT, 1f), root);
        scale(f, VECTOR, 0, width - rest, f.splat(factor, FloatRow.LANES));
        // One by one, since what lies behind a head belongs to the next, or to another core's token.
        scale(f, Type.FLOAT, width - rest, width, factor);
    }

    private static void scale(IrFunction f, Type type, int from, int to, Ir factor) {
        f.loop(Ir.i64(from), Ir.i64(to), Math.max(1, type.lanes()), i -> {
            Ir bytes = f.shl(i, 2);
            Ir scaled = f.fmul(f.load(type, f.offset(f.parameter(0), bytes)), factor);
            Ir gain = f.load(type, f.offset(f.parameter(1), bytes));
            f.store(f.fmul(scaled, gain), f.offset(f.parameter(2), bytes));
        });
    }
}
