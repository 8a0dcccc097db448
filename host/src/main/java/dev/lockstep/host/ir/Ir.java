package dev.lockstep.host.ir;

/**
 * An SSA value or a constant.
 *
 * @param name as written in IR: {@code %12}, {@code 7}, {@code splat (float 1.0)}
 */
public record Ir(Type type, String name) {
    /** An i64 constant. */
    public static Ir i64(long value) {
        return new Ir(Type.I64, Long.toString(value));
    }

    /** An integer constant of any integer type; a vector constant has the value in every lane. */
    public static Ir constant(Type type, long value) {
        return type.vector()
                ? new Ir(type, "splat (" + type.element() + " " + value + ")")
                : new Ir(type, Long.toString(value));
    }

    /** A float constant, exact to the bit; a vector constant has the value in every lane. */
    public static Ir constant(Type type, float value) {
        String bits = "0x%016X".formatted(Double.doubleToRawLongBits(value));
        return type.vector() ? new Ir(type, "splat (float " + bits + ")") : new Ir(type, bits);
    }

    /** All bits zero. */
    public static Ir zero(Type type) {
        return new Ir(type, type.element().equals("ptr") && !type.vector() ? "null" : "zeroinitializer");
    }

    @Override
    public String toString() {
        return type + " " + name;
    }
}
