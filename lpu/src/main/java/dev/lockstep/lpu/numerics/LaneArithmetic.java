package dev.lockstep.lpu.numerics;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;

/**
 * What an ALU computes in one lane. Elements are bit patterns in the low bits of an int; higher bits of operands are ignored, those
 * of results are 0.
 */
public final class LaneArithmetic {
    private static final int HALF_NAN = 0x7e00;

    private LaneArithmetic() {}

    public static int unary(UnaryOperation operation, Element type, int x) {
        return switch (operation) {
            case COPY -> x & mask(type);
            case NEGATE ->
                switch (type) {
                    case INT8, INT32 -> -x & mask(type);
                    case FP16 -> half(-toFloat(x, type));
                    case FP32 -> single(-toFloat(x, type));
                };
            case RELU -> binary(BinaryOperation.MAX, type, x, 0);
            case EXP2 -> fromFloat(SpecialFunctions.exp2(toFloat(x, type)), type);
            case RSQRT -> fromFloat(SpecialFunctions.rsqrt(toFloat(x, type)), type);
            case TANH -> fromFloat(SpecialFunctions.tanh(toFloat(x, type)), type);
        };
    }

    public static int binary(BinaryOperation operation, Element type, int x, int y) {
        return switch (operation) {
            case ADD ->
                switch (type) {
                    case INT8, INT32 -> x + y & mask(type);
                    case FP16 -> half(toFloat(x, type) + toFloat(y, type));
                    case FP32 -> single(toFloat(x, type) + toFloat(y, type));
                };
            case SUB ->
                switch (type) {
                    case INT8, INT32 -> x - y & mask(type);
                    case FP16 -> half(toFloat(x, type) - toFloat(y, type));
                    case FP32 -> single(toFloat(x, type) - toFloat(y, type));
                };
            case MUL ->
                switch (type) {
                    case INT8, INT32 -> x * y & mask(type);
                    case FP16 -> half(toFloat(x, type) * toFloat(y, type));
                    case FP32 -> single(toFloat(x, type) * toFloat(y, type));
                };
            case MAX ->
                switch (type) {
                    case INT8 -> Math.max((byte) x, (byte) y) & 0xff;
                    case INT32 -> Math.max(x, y);
                    case FP16 -> half(Math.max(toFloat(x, type), toFloat(y, type)));
                    case FP32 -> single(Math.max(toFloat(x, type), toFloat(y, type)));
                };
            case AND -> x & y & mask(type);
            case OR -> (x | y) & mask(type);
            case XOR -> (x ^ y) & mask(type);
            case MASK -> (y & mask(type)) != 0 ? x & mask(type) : 0;
        };
    }

    /** The same number as another type. */
    public static int convert(Element from, Element to, int x) {
        return switch (from) {
            case INT8 -> fromInt((byte) x, to);
            case INT32 -> fromInt(x, to);
            case FP16, FP32 -> fromFloat(toFloat(x, from), to);
        };
    }

    private static int fromInt(int x, Element to) {
        return switch (to) {
            case INT8 -> Math.clamp(x, Byte.MIN_VALUE, Byte.MAX_VALUE) & 0xff;
            case INT32 -> x;
            // What binary32 cannot hold exactly is beyond binary16 anyway.
            case FP16 -> half((float) x);
            case FP32 -> single((float) x);
        };
    }

    private static int fromFloat(float x, Element to) {
        return switch (to) {
            // A cast saturates, and turns NaN into 0.
            case INT8 -> Math.clamp((long) Math.rint((double) x), Byte.MIN_VALUE, Byte.MAX_VALUE) & 0xff;
            case INT32 -> (int) Math.rint((double) x);
            case FP16 -> half(x);
            case FP32 -> single(x);
        };
    }

    private static float toFloat(int x, Element type) {
        return switch (type) {
            case INT8 -> (byte) x;
            case INT32 -> x;
            case FP16 -> Float.float16ToFloat((short) x);
            case FP32 -> Float.intBitsToFloat(x);
        };
    }

    private static int half(float x) {
        return Float.isNaN(x) ? HALF_NAN : Float.floatToFloat16(x) & 0xffff;
    }

    private static int single(float x) {
        return Float.isNaN(x) ? ExactSum.NAN : Float.floatToRawIntBits(x);
    }

    private static int mask(Element type) {
        return (int) (0xffff_ffffL >>> 32 - 8 * type.planes());
    }
}
