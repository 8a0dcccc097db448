package dev.lockstep.host.kernel;

import dev.lockstep.graph.Activation;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Operations on single elements of some rows: {@code void (ptr a, i64 aStride, ptr b, i64 bStride, ptr y, i64 yStride, i64 rows, i64 vectors)}, each with the place of the first
 * vector of 16 elements in the first row, and the bytes from a row to the next.
 */
final class Elementwise {
    private static final Type VECTOR = Type.FLOAT.times(FloatRow.LANES);
    static final List<Type> PARAMETERS =
            List.of(Type.PTR, Type.I64, Type.PTR, Type.I64, Type.PTR, Type.I64, Type.I64, Type.I64);

    private Elementwise() {}

    /** y = a + b. */
    static String add(IrModule module) {
        return module.function("add", PARAMETERS, f -> each(f, f::fadd));
    }

    /** y = activation(a) * b. */
    static String gated(IrModule module, Activation activation) {
        return module.function(
                "gated_" + activation.name().toLowerCase(Locale.ROOT),
                PARAMETERS,
                f -> each(
                        f,
                        (gate, up) -> f.fmul(
                                Elementary.activation(f, activation, gate), Elementary.through(f, activation, up))));
    }

    /** y = activation(a); b is not read. */
    static String activate(IrModule module, Activation activation) {
        return module.function(
                "activate_" + activation.name().toLowerCase(Locale.ROOT),
                PARAMETERS,
                f -> each(f, a -> Elementary.activation(f, activation, a)));
    }

    /** y = sigmoid(b[0]) * a. */
    static String rowGate(IrModule module) {
        return module.function("row_gate", PARAMETERS, f -> {
            eachRow(f, (a, b, y) -> {
                Ir gate = f.splat(Elementary.sigmoid(f, f.load(Type.FLOAT, b)), FloatRow.LANES);
                eachVector(f, at -> f.store(f.fmul(gate, f.load(VECTOR, f.offset(a, at))), f.offset(y, at)));
            });
        });
    }

    /** y = a * factor; b is not read. */
    static String scale(IrModule module, float factor) {
        return module.function(
                "scale" + bits(factor), PARAMETERS, f -> each(f, a -> f.fmul(a, Ir.constant(VECTOR, factor))));
    }

    /** y = tanh(a / cap) * cap; b is not read. */
    static String softCap(IrModule module, float cap) {
        return module.function("soft_cap" + bits(cap), PARAMETERS, f -> each(f, a -> Elementary.softCap(f, a, cap)));
    }

    private static String bits(float parameter) {
        return String.format(Locale.ROOT, "_%08x", Float.floatToRawIntBits(parameter));
    }

    private interface Operation {
        Ir apply(Ir a, Ir b);
    }

    private static void each(IrFunction f, UnaryOperator<Ir> operation) {
        eachRow(
                f,
                (a, b, y) -> eachVector(
                        f, at -> f.store(operation.apply(f.load(VECTOR, f.offset(a, at))), f.offset(y, at))));
    }

    private static void each(IrFunction f, Operation operation) {
        eachRow(
                f,
                (a, b, y) -> eachVector(
                        f,
                        at -> f.store(
                                operation.apply(f.load(VECTOR, f.offset(a, at)), f.load(VECTOR, f.offset(b, at))),
                                f.offset(y, at))));
    }

    /** What is done with a row: gets the places of its first vectors. */
    interface RowBody {
        void emit(Ir a, Ir b, Ir y);
    }

    static void eachRow(IrFunction f, RowBody body) {
        f.loop(
                Ir.i64(0),
                f.parameter(6),
                1,
                row -> body.emit(
                        f.offset(f.parameter(0), f.mul(row, f.parameter(1))),
                        f.offset(f.parameter(2), f.mul(row, f.parameter(3))),
                        f.offset(f.parameter(4), f.mul(row, f.parameter(5)))));
    }

    /** Goes through the vectors of a row: the body gets the bytes from the first one. */
    static void eachVector(IrFunction f, Consumer<Ir> body) {
        f.loop(Ir.i64(0), f.parameter(7), 1, vector -> body.accept(f.mul(vector, Ir.i64(VECTOR.bytes()))));
    }
}
