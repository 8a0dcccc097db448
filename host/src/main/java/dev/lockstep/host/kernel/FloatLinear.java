package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.FloatLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * 16 rows of a matrix of floats (F32, F16, BF16) times one or several rows of floats.
 *
 * <p>Emitted as {@code void (ptr tile, ptr x, ptr y, i64 yStride)} like {@link QuantLinear}, with {@code x} rows of
 * {@link FloatRow#bytes} each.
 */
final class FloatLinear {
    private static final Type VECTOR = Type.FLOAT.times(FloatLayout.ROWS);

    private FloatLinear() {}

    static String emit(IrModule module, Simd simd, FloatLayout layout, int columns, int tokens) {
        return module.function(
                "linear_" + layout.name().toLowerCase(Locale.ROOT) + "_" + columns + "x" + tokens,
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.I64),
                f -> emit(f, simd, layout, columns, tokens));
    }

    private static void emit(IrFunction f, Simd simd, FloatLayout layout, int columns, int tokens) {
        Ir x = f.parameter(1);
        Segments segments = Segments.of(columns, FloatLayout.UNIT);
        List<Ir> sums = segments.sum(f, VECTOR, tokens, (from, to, zeros) -> {
            Ir first = f.mul(from, Ir.i64(FloatLayout.UNIT));
            Ir end = f.mul(to, Ir.i64(FloatLayout.UNIT));
            Ir last = f.umin(end, Ir.i64(columns));
            return f.loop(first, last, Ir.i64(1), zeros, (column, carried) -> {
                Ir place = f.offset(f.parameter(0), f.mul(column, Ir.i64(layout.columnBytes())));
                f.prefetch(
                        f.offset(place, simd.readAhead(1).bytes()),
                        simd.readAhead(1).level());
                Ir weights = weights(f, simd, layout, place);
                List<Ir> next = new ArrayList<>();
                for (int token = 0; token < tokens; token++) {
                    Ir row = f.offset(x, (long) token * FloatRow.bytes(columns));
                    Ir value = f.load(Type.FLOAT, f.word(row, column));
                    next.add(f.fma(weights, f.splat(value, VECTOR.lanes()), carried.get(token)));
                }
                return next;
            });
        });
        for (int token = 0; token < tokens; token++) {
            f.store(sums.get(token), f.offset(f.parameter(2), f.mul(f.parameter(3), Ir.i64(token))));
        }
    }

    /** 16 floats from {@code place} on: those of 16 rows, or of one. */
    static Ir weights(IrFunction f, Simd simd, FloatLayout layout, Ir place) {
        return switch (layout) {
            case F32 -> f.load(VECTOR, place);
            case F16 -> simd.half().toFloat(f, f.load(VECTOR.as(Type.I16), place));
            case BF16 -> {
                Ir bits = f.zext(f.load(VECTOR.as(Type.I16), place), Type.I32);
                yield f.bitcast(f.shl(bits, 16), VECTOR);
            }
        };
    }
}
