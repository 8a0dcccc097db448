package dev.lockstep.lpu.numerics;

/**
 * An exact sum of products of binary16 numbers, as the matrix unit forms it. A product is a multiple of 2^-48 below 2^32, so
 * 80 bits hold one and 128 bits hold more than 2^40 of them: the sum is a fixed-point number of 128 bits in units of 2^-48.
 */
public final class ExactSum {
    /** The one NaN. */
    public static final int NAN = 0x7fc0_0000;

    private static final int FRACTION_BITS = 48;

    private long high;
    private long low;
    private boolean nan;
    private boolean positiveInfinity;
    private boolean negativeInfinity;

    /** Adds the product of two binary16 numbers. */
    public void addProduct(short x, short y) {
        int exponentX = x >> 10 & 31;
        int exponentY = y >> 10 & 31;
        int magnitudeX = magnitude(x);
        int magnitudeY = magnitude(y);
        boolean negative = (x ^ y) < 0;
        if (exponentX == 31 || exponentY == 31) {
            addSpecial(
                    exponentX == 31 && magnitudeX != 1024 || exponentY == 31 && magnitudeY != 1024,
                    magnitudeX == 0 || magnitudeY == 0,
                    negative);
            return;
        }
        // A number is magnitude * 2^(max(exponent, 1) - 25).
        shiftedAdd((long) magnitudeX * magnitudeY, Math.max(exponentX, 1) + Math.max(exponentY, 1) - 2, negative);
    }

    /** Adds the product of an 8-bit integer and a binary16 number. */
    public void addProduct(byte x, short y) {
        int exponent = y >> 10 & 31;
        int magnitude = magnitude(y);
        boolean negative = (x < 0) != (y < 0);
        if (exponent == 31) {
            addSpecial(magnitude != 1024, x == 0, negative);
            return;
        }
        shiftedAdd((long) Math.abs((int) x) * magnitude, Math.max(exponent, 1) - 1 + FRACTION_BITS / 2, negative);
    }

    /** The sum so far, rounded to binary32. */
    public float round() {
        if (nan || (positiveInfinity && negativeInfinity)) {
            return Float.intBitsToFloat(NAN);
        }
        if (positiveInfinity || negativeInfinity) {
            return positiveInfinity ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
        }
        boolean negative = high < 0;
        long top = high;
        long bottom = low;
        if (negative) {
            bottom = -bottom;
            top = ~top + (bottom == 0 ? 1 : 0);
        }
        if (top == 0 && bottom == 0) {
            return 0;
        }
        // The 24 leading bits, and whether what follows is above, at or below one half.
        int length = top != 0 ? 128 - Long.numberOfLeadingZeros(top) : 64 - Long.numberOfLeadingZeros(bottom);
        int drop = Math.max(0, length - 24);
        long kept = shiftRight(top, bottom, drop);
        if (drop > 0) {
            boolean half = (shiftRight(top, bottom, drop - 1) & 1) != 0;
            if (half && (anyBelow(top, bottom, drop - 1) || (kept & 1) != 0)) {
                kept++;
            }
        }
        // Exact: 25 bits at most, the last of them 0, and far from binary32's limits (2^-48 to 2^80).
        float magnitude = Math.scalb((float) kept, drop - FRACTION_BITS);
        return negative ? -magnitude : magnitude;
    }

    private void addSpecial(boolean isNan, boolean timesZero, boolean negative) {
        if (isNan || timesZero) {
            nan = true;
        } else if (negative) {
            negativeInfinity = true;
        } else {
            positiveInfinity = true;
        }
    }

    private void shiftedAdd(long product, int shift, boolean negative) {
        // At most 22 bits shifted by at most 58.
        long addLow = product << shift;
        long addHigh = shift == 0 ? 0 : shift > 41 ? product >>> 64 - shift : 0;
        if (negative) {
            addLow = -addLow;
            addHigh = ~addHigh + (addLow == 0 ? 1 : 0);
        }
        long sum = low + addLow;
        high += addHigh + (Long.compareUnsigned(sum, addLow) < 0 ? 1 : 0);
        low = sum;
    }

    private static int magnitude(short x) {
        int fraction = x & 0x3ff;
        return (x & 0x7c00) == 0 ? fraction : fraction | 0x400;
    }

    private static long shiftRight(long top, long bottom, int by) {
        if (by >= 64) {
            return top >>> by - 64;
        }
        return by == 0 ? bottom : bottom >>> by | top << 64 - by;
    }

    private static boolean anyBelow(long top, long bottom, int bits) {
        if (bits >= 64) {
            return bottom != 0 || (top & (1L << bits - 64) - 1) != 0;
        }
        return (bottom & (1L << bits) - 1) != 0;
    }
}
