package dev.lockstep.text.template;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Arithmetic as in Python, but with integers of 64 bits: a result beyond them is refused. Booleans count as 0 and 1. */
final class Numbers {
    private Numbers() {}

    static boolean isNumber(Value value) {
        return value instanceof Value.Int || value instanceof Value.Real || value instanceof Value.Bool;
    }

    static long integer(Value number) {
        return switch (number) {
            case Value.Int(long value) -> value;
            case Value.Bool(boolean value) -> value ? 1 : 0;
            default -> throw new Fault("an integer is needed here, not " + number.typeName());
        };
    }

    static double real(Value number) {
        return number instanceof Value.Real(double value) ? value : integer(number);
    }

    static Value arithmetic(Operator operator, Value left, Value right) {
        try {
            return left instanceof Value.Real || right instanceof Value.Real || operator == Operator.DIVIDE
                    ? new Value.Real(reals(operator, real(left), real(right)))
                    : integers(operator, integer(left), integer(right));
        } catch (ArithmeticException overflow) {
            throw new Fault("the result of '" + operator.symbol() + "' does not fit into 64 bits");
        }
    }

    private static Value integers(Operator operator, long left, long right) {
        return switch (operator) {
            case ADD -> new Value.Int(Math.addExact(left, right));
            case SUBTRACT -> new Value.Int(Math.subtractExact(left, right));
            case MULTIPLY -> new Value.Int(Math.multiplyExact(left, right));
            case FLOOR_DIVIDE -> new Value.Int(Math.floorDivExact(left, nonZero(right)));
            case MODULO -> new Value.Int(Math.floorMod(left, nonZero(right)));
            case POWER -> right < 0 ? new Value.Real(reals(operator, left, right)) : new Value.Int(power(left, right));
            case DIVIDE -> new Value.Real(reals(operator, left, right));
        };
    }

    private static double reals(Operator operator, double left, double right) {
        return switch (operator) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> left / nonZero(right);
            case FLOOR_DIVIDE -> Math.floor((left - floorMod(left, nonZero(right))) / right + 0.5);
            case MODULO -> floorMod(left, nonZero(right));
            case POWER -> power(left, right);
        };
    }

    private static double floorMod(double left, double right) {
        double remainder = left % right;
        if (remainder != 0 && remainder < 0 != right < 0) {
            return remainder + right;
        }
        return remainder == 0 ? Math.copySign(0.0, right) : remainder;
    }

    private static double power(double base, double exponent) {
        if (base == 0 && exponent < 0) {
            throw new Fault("zero cannot be raised to a negative power");
        }
        if (base < 0 && Double.isFinite(exponent) && exponent != Math.rint(exponent)) {
            throw new Fault("a negative number cannot be raised to a fractional power");
        }
        double result = Math.pow(base, exponent);
        if (Double.isInfinite(result) && Double.isFinite(base) && Double.isFinite(exponent)) {
            throw new Fault("the result of '**' is too large");
        }
        return result;
    }

    private static long power(long base, long exponent) {
        if (base >= -1 && base <= 1) {
            return exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base;
        }
        long result = 1;
        for (long i = 0; i < exponent; i++) {
            result = Math.multiplyExact(result, base);
        }
        return result;
    }

    private static long nonZero(long divisor) {
        if (divisor == 0) {
            throw new Fault("division by zero");
        }
        return divisor;
    }

    private static double nonZero(double divisor) {
        if (divisor == 0) {
            throw new Fault("division by zero");
        }
        return divisor;
    }

    static Value negate(Value number) {
        return number instanceof Value.Real(double value)
                ? new Value.Real(-value)
                : arithmetic(Operator.SUBTRACT, new Value.Int(0), number);
    }

    static Value absolute(Value number) {
        boolean negative = real(number) < 0;
        return negative ? negate(number) : number instanceof Value.Bool ? new Value.Int(integer(number)) : number;
    }

    /** The integer part; refuses what is not finite or beyond 64 bits. */
    static long truncate(double value) {
        if (!(Math.abs(value) < 0x1p63)) {
            throw new Fault("the number " + Printed.real(value) + " does not fit into an integer of 64 bits");
        }
        return (long) value;
    }

    /** Rounds the exact decimal value, halves to even, as Python's {@code round} does. */
    static double round(double value, long digits) {
        return rounded(value, digits, RoundingMode.HALF_EVEN);
    }

    private static double rounded(double value, long digits, RoundingMode mode) {
        if (!Double.isFinite(value)) {
            return value;
        }
        int scale = Math.clamp(digits, -400, 1100);
        return Math.copySign(new BigDecimal(value).setScale(scale, mode).doubleValue(), value);
    }
}
