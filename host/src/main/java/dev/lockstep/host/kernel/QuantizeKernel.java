package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.List;

/** Rounds one row of floats to a {@link Q8Row}: {@code void (ptr x, ptr q8)}. */
final class QuantizeKernel {
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.BLOCK);
    private static final Type INTS = Type.I32.times(QuantLayout.BLOCK);

    /** Blocks whose largest magnitude is below this are rounded to zero, so that 127 / a stays finite. */
    private static final float SMALLEST = 0x1p-100f;

    private QuantizeKernel() {}

    static String emit(IrModule module, int width) {
        return module.function("quantize_" + width, List.of(Type.PTR, Type.PTR), f -> emit(f, width));
    }

    private static void emit(IrFunction f, int width) {
        f.loop(Ir.i64(0), Ir.i64(width), QuantLayout.BLOCK, i -> {
            Ir x = f.load(FLOATS, f.offset(f.parameter(0), f.shl(i, 2)));
            Ir magnitudes = f.and(f.bitcast(x, INTS), Ir.constant(INTS, 0x7FFFFFFF));
            Ir largest =
                    f.bitcast(f.call("llvm.vector.reduce.umax." + INTS.mangled(), Type.I32, magnitudes), Type.FLOAT);
            Ir zero = f.fcmp("olt", largest, Ir.constant(Type.FLOAT, SMALLEST));
            Ir nothing = Ir.constant(Type.FLOAT, 0f);
            Ir scale = f.select(zero, nothing, f.fdiv(largest, Ir.constant(Type.FLOAT, 127f)));
            Ir inverse = f.select(zero, nothing, f.fdiv(Ir.constant(Type.FLOAT, 127f), largest));
            Ir quants = Elementary.round(f, f.fmul(x, f.splat(inverse, QuantLayout.BLOCK)));
            f.store(f.convert("trunc", quants, INTS.as(Type.I8)), f.offset(f.parameter(1), i));

            // A block is described in as many bytes as it has quants: its index is the counter again.
            Ir block = f.offset(f.offset(f.parameter(1), width), i);
            Ir first = sum(f, f.slice(quants, 0, QuantLayout.BLOCK / 2));
            Ir second = sum(f, f.slice(quants, QuantLayout.BLOCK / 2, QuantLayout.BLOCK / 2));
            Ir both = f.add(first, second);
            f.store(scale, f.offset(block, Q8Row.SCALE));
            f.store(scaled(f, scale, both), f.offset(block, Q8Row.SCALED_SUM));
            f.store(scaled(f, scale, first), f.offset(block, Q8Row.SCALED_HALF_SUMS));
            f.store(scaled(f, scale, second), f.offset(block, Q8Row.SCALED_HALF_SUMS + 4));
            f.store(both, f.offset(block, Q8Row.SUM));
            f.store(first, f.offset(block, Q8Row.HALF_SUMS));
            f.store(second, f.offset(block, Q8Row.HALF_SUMS + 4));
        });
    }

    private static Ir sum(IrFunction f, Ir ints) {
        return f.call("llvm.vector.reduce.add." + ints.type().mangled(), Type.I32, ints);
    }

    private static Ir scaled(IrFunction f, Ir scale, Ir sum) {
        return f.fmul(scale, f.convert("sitofp", sum, Type.FLOAT));
    }
}
