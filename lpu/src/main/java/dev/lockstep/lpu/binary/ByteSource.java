package dev.lockstep.lpu.binary;

import java.nio.charset.StandardCharsets;

/** Reads numbers of variable length, and refuses what is cut short or out of range. */
final class ByteSource {
    private static final int BITS = 7;
    private static final int MORE = 1 << BITS;

    private final byte[] bytes;
    private int next;

    ByteSource(byte[] bytes) {
        this.bytes = bytes;
    }

    int position() {
        return next;
    }

    long longNumber() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += BITS) {
            if (next == bytes.length) {
                throw new BinaryException("ends in the middle of a number");
            }
            int b = bytes[next++] & 0xff;
            value |= (long) (b & MORE - 1) << shift;
            if (b < MORE) {
                return value;
            }
        }
        throw new BinaryException("has a number of more than 63 bits");
    }

    /** A number from 0 to the largest int. */
    int number() {
        long value = longNumber();
        if (value > Integer.MAX_VALUE) {
            throw new BinaryException("has " + value + " where a smaller number belongs");
        }
        return (int) value;
    }

    int signed() {
        long value = longNumber();
        long signed = value >>> 1 ^ -(value & 1);
        if (signed != (int) signed) {
            throw new BinaryException("has " + signed + " where a smaller number belongs");
        }
        return (int) signed;
    }

    int bits() {
        long value = longNumber();
        if (value >>> Integer.SIZE != 0) {
            throw new BinaryException("has a constant of more than 32 bits");
        }
        return (int) value;
    }

    /** How many things follow; not more than there are bytes left for them. */
    int count() {
        int count = number();
        if (count > bytes.length - next) {
            throw new BinaryException("announces " + count + " things in the last " + (bytes.length - next) + " bytes");
        }
        return count;
    }

    <E extends Enum<E>> E constant(Class<E> type) {
        E[] constants = type.getEnumConstants();
        int index = number();
        if (index >= constants.length) {
            throw new BinaryException("has no " + type.getSimpleName() + " number " + index);
        }
        return constants[index];
    }

    String text() {
        int length = count();
        String text = new String(bytes, next, length, StandardCharsets.UTF_8);
        next += length;
        return text;
    }

    boolean accept(byte[] wanted) {
        if (bytes.length - next < wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[next + i] != wanted[i]) {
                return false;
            }
        }
        next += wanted.length;
        return true;
    }

    void end() {
        if (next != bytes.length) {
            throw new BinaryException("goes on for " + (bytes.length - next) + " bytes after its end");
        }
    }
}
