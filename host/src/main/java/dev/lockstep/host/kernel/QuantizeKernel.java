package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.List;

/** Rounds one row of floats to one or two planes of {@link Q8Row}: {@code void (ptr x, ptr quantized)}. */
final class QuantizeKernel {
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.BLOCK);
    private static final Type INTS = Type.I32.times(QuantLayout.BLOCK);

    /** Blocks whose largest magnitude is below this are rounded to zero, so that the inverse scale stays finite. */
    private static final float SMALLEST = 0x1p-100f;

    private QuantizeKernel() {}

    static String emit(IrModule module, RowKind kind, int width) {
        return module.function(
                "quantize_" + kind.text() + "_" + width, List.of(Type.PTR, Type.PTR), f -> emit(f, kind, width));
    }

    private static void emit(IrFunction f, RowKind kind, int width) {
        boolean planes = Q8Row.planes(kind) == 2;
        Ir limit = Ir.constant(Type.FLOAT, planes ? 127f * Q8Row.HIGH : 127f);
        f.loop(Ir.i64(0), Ir.i64(width), QuantLayout.BLOCK, i -> {
            Ir x = f.load(FLOATS, f.offset(f.parameter(0), f.shl(i, 2)));
            Ir magnitudes = f.and(f.bitcast(x, INTS), Ir.constant(INTS, 0x7FFFFFFF));
            Ir largest =
                    f.bitcast(f.call("llvm.vector.reduce.umax." + INTS.mangled(), Type.I32, magnitudes), Type.FLOAT);
            Ir zero = f.fcmp("olt", largest, Ir.constant(Type.FLOAT, SMALLEST));
            Ir nothing = Ir.constant(Type.FLOAT, 0f);
            Ir scale = f.select(zero, nothing, f.fdiv(largest, limit));
            Ir inverse = f.select(zero, nothing, f.fdiv(limit, largest));
            Ir quants = Elementary.round(f, f.fmul(x, f.splat(inverse, QuantLayout.BLOCK)));
            // A block is described in as many bytes as it has quants: its index is the counter again.
            Ir place = f.offset(f.parameter(1), i);
            if (planes) {
                Ir high = high(f, quants);
                Ir low = f.sub(quants, f.mul(high, Ir.constant(INTS, Q8Row.HIGH)));
                storePlane(f, high, place, width);
                storePlane(f, low, f.offset(place, Q8Row.bytes(width)), width);
            } else {
                storePlane(f, quants, place, width);
            }
            storeScaled(f, scale, quants, f.offset(place, width));
        });
    }

    /** The high bytes of 16-bit quants, rounded so that what is left fits in a byte too. */
    private static Ir high(IrFunction f, Ir quants) {
        Ir inverse = Ir.constant(FLOATS, 1f / Q8Row.HIGH);
        return Elementary.round(f, f.fmul(f.convert("sitofp", quants, FLOATS), inverse));
    }

    private static void storePlane(IrFunction f, Ir quants, Ir place, int width) {
        f.store(f.convert("trunc", quants, INTS.as(Type.I8)), place);
        Ir block = f.offset(place, width);
        Ir first = sum(f, f.slice(quants, 0, QuantLayout.BLOCK / 2));
        Ir second = sum(f, f.slice(quants, QuantLayout.BLOCK / 2, QuantLayout.BLOCK / 2));
        f.store(f.add(first, second), f.offset(block, Q8Row.SUM));
        f.store(first, f.offset(block, Q8Row.HALF_SUMS));
        f.store(second, f.offset(block, Q8Row.HALF_SUMS + 4));
    }

    private static void storeScaled(IrFunction f, Ir scale, Ir quants, Ir block) {
        Ir first = sum(f, f.slice(quants, 0, QuantLayout.BLOCK / 2));
        Ir second = sum(f, f.slice(quants, QuantLayout.BLOCK / 2, QuantLayout.BLOCK / 2));
        f.store(scale, f.offset(block, Q8Row.SCALE));
        f.store(scaled(f, scale, f.add(first, second)), f.offset(block, Q8Row.SCALED_SUM));
        f.store(scaled(f, scale, first), f.offset(block, Q8Row.SCALED_HALF_SUMS));
        f.store(scaled(f, scale, second), f.offset(block, Q8Row.SCALED_HALF_SUMS + 4));
    }

    private static Ir sum(IrFunction f, Ir ints) {
        return f.call("llvm.vector.reduce.add." + ints.type().mangled(), Type.I32, ints);
    }

    private static Ir scaled(IrFunction f, Ir scale, Ir sum) {
        return f.fmul(scale, f.convert("sitofp", sum, Type.FLOAT));
    }
}
