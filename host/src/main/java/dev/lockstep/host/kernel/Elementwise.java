package dev.lockstep.host.kernel;

import dev.lockstep.graph.Activation;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Operations on single elements of one row: {@code void (ptr a, ptr b, ptr y, i64 from, i64 to)} for the vectors of 16
 * elements {@code from} to {@code to}.
 */
final class Elementwise {
    private static final Type VECTOR = Type.FLOAT.times(FloatRow.LANES);
    private static final List<Type> PARAMETERS = List.of(Type.PTR, Type.PTR, Type.PTR, Type.I64, Type.I64);

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
            Ir gate = f.splat(Elementary.sigmoid(f, f.load(Type.FLOAT, f.parameter(1))), FloatRow.LANES);
            each(f, a -> f.fmul(gate, a));
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
        f.loop(f.parameter(3), f.parameter(4), 1, i -> {
            Ir bytes = f.mul(i, Ir.i64(VECTOR.bytes()));
            Ir a = f.load(VECTOR, f.offset(f.parameter(0), bytes));
            f.store(operation.apply(a), f.offset(f.parameter(2), bytes));
        });
    }

    private static void each(IrFunction f, Operation operation) {
        f.loop(f.parameter(3), f.parameter(4), 1, i -> {
            Ir bytes = f.mul(i, Ir.i64(VECTOR.bytes()));
            Ir a = f.load(VECTOR, f.offset(f.parameter(0), bytes));
            Ir b = f.load(VECTOR, f.offset(f.parameter(1), bytes));
            f.store(operation.apply(a, b), f.offset(f.parameter(2), bytes));
        });
    }
}
