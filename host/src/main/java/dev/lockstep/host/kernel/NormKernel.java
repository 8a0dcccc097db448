package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;

/** Norms of one row or one head: {@code void (ptr x, ptr gain, ptr y)}. */
final class NormKernel {
    private static final Type VECTOR = Type.FLOAT.times(FloatRow.LANES);

    private final IrFunction f;
    private final int width;

    private NormKernel(IrFunction f, int width) {
        this.f = f;
        this.width = width;
    }

    static String rootMeanSquare(IrModule module, int width, float epsilon) {
        return emit(module, "rms_norm", width, epsilon, kernel -> kernel.norm(Optional.empty(), epsilon));
    }

    static String layer(IrModule module, int width, float epsilon) {
        return emit(module, "layer_norm", width, epsilon, kernel -> kernel.norm(Optional.of(kernel.mean()), epsilon));
    }

    private static String emit(IrModule module, String name, int width, float epsilon, Consumer<NormKernel> body) {
        return module.function(
                "%s_%d_%08x".formatted(name, width, Float.floatToRawIntBits(epsilon)),
                List.of(Type.PTR, Type.PTR, Type.PTR),
                f -> body.accept(new NormKernel(f, width)));
    }

    private Ir mean() {
        return f.fdiv(sum((value, sums) -> f.fadd(sums, value)), Ir.constant(Type.FLOAT, (float) width));
    }

    private void norm(Optional<Ir> mean, float epsilon) {
        Ir squares = sum((value, sums) -> {
            Ir distance = centred(mean, value);
            return f.fma(distance, distance, sums);
        });
        Ir variance = f.fdiv(squares, Ir.constant(Type.FLOAT, (float) width));
        Ir factor = f.fdiv(Ir.constant(Type.FLOAT, 1f), f.sqrt(f.fadd(variance, Ir.constant(Type.FLOAT, epsilon))));
        int whole = width / FloatRow.LANES * FloatRow.LANES;
        scale(VECTOR, 0, whole, mean, f.splat(factor, FloatRow.LANES));
        // One by one, since what lies behind a head belongs to the next, or to another core's token.
        scale(Type.FLOAT, whole, width, mean, factor);
    }

    /** Adds up the row in 16 lanes, and those as a tree; lanes beyond the row keep their sums. */
    private Ir sum(BinaryOperator<Ir> add) {
        int whole = width / FloatRow.LANES * FloatRow.LANES;
        Ir sums = f.loop(Ir.i64(0), Ir.i64(whole), Ir.i64(FloatRow.LANES), List.of(Ir.zero(VECTOR)), (i, carried) -> {
                    Ir value = f.load(VECTOR, f.word(f.parameter(0), i));
                    return List.of(add.apply(value, carried.getFirst()));
                })
                .getFirst();
        if (whole < width) {
            Ir inside = Elementary.lanesBefore(f, FloatRow.LANES, Ir.i64(whole), Ir.i64(width));
            Ir value = f.load(VECTOR, f.parameter(0), 4L * whole);
            sums = f.select(inside, add.apply(f.select(inside, value, Ir.zero(VECTOR)), sums), sums);
        }
        return Elementary.sumOfLanes(f, sums);
    }

    private Ir centred(Optional<Ir> mean, Ir value) {
        int lanes = value.type().lanes();
        return mean.map(m -> f.fsub(value, lanes == 0 ? m : f.splat(m, lanes))).orElse(value);
    }

    private void scale(Type type, int from, int to, Optional<Ir> mean, Ir factor) {
        f.loop(Ir.i64(from), Ir.i64(to), Math.max(1, type.lanes()), i -> {
            Ir bytes = f.shl(i, 2);
            Ir scaled = f.fmul(centred(mean, f.load(type, f.offset(f.parameter(0), bytes))), factor);
            Ir gain = f.load(type, f.offset(f.parameter(1), bytes));
            f.store(f.fmul(scaled, gain), f.offset(f.parameter(2), bytes));
        });
    }
}
