package dev.lockstep.host.ir;

/**
 * An LLVM first-class type: a scalar or a vector of scalars.
 *
 * @param element {@code i1}, {@code i8}, {@code i16}, {@code i32}, {@code i64}, {@code half}, {@code float} or {@code ptr}
 * @param lanes elements of the vector, 0 for a scalar
 */
public record Type(String element, int lanes) {
    public static final Type I1 = new Type("i1", 0);
    public static final Type I8 = new Type("i8", 0);
    public static final Type I16 = new Type("i16", 0);
    public static final Type I32 = new Type("i32", 0);
    public static final Type I64 = new Type("i64", 0);
    public static final Type HALF = new Type("half", 0);
    public static final Type FLOAT = new Type("float", 0);
    public static final Type PTR = new Type("ptr", 0);

    /** The vector of {@code lanes} such elements; 0 lanes give the scalar. */
    public Type times(int lanes) {
        return new Type(element, lanes);
    }

    /** A type of the same shape with another element. */
    public Type as(Type other) {
        return new Type(other.element, lanes);
    }

    public boolean vector() {
        return lanes > 0;
    }

    /** Bytes of one element. */
    public int elementBytes() {
        return switch (element) {
            case "i8", "i1" -> 1;
            case "i16", "half" -> 2;
            case "i32", "float" -> 4;
            default -> 8;
        };
    }

    /** Bytes of the whole value. */
    public int bytes() {
        return elementBytes() * Math.max(1, lanes);
    }

    /** Name part of overloaded intrinsics: {@code v16f32}, {@code i32}. */
    public String mangled() {
        String scalar = switch (element) {
            case "float" -> "f32";
            case "half" -> "f16";
            default -> element;
        };
        return vector() ? "v" + lanes + scalar : scalar;
    }

    @Override
    public String toString() {
        return vector() ? "<" + lanes + " x " + element + ">" : element;
    }
}
