package dev.lockstep.lpu.binary;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes numbers of variable length. */
final class ByteSink {
    private static final int BITS = 7;
    private static final int MORE = 1 << BITS;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A number that is not negative. */
    void number(long value) {
        padded(value, 1);
    }

    /** A number that is not negative, in so many bytes at least. */
    void padded(long value, int least) {
        long rest = value;
        for (int i = 1; i < least || rest >= MORE; i++) {
            bytes.write((int) (rest & MORE - 1 | MORE));
            rest >>>= BITS;
        }
        bytes.write((int) rest);
    }

    /** Bytes that a number takes that is not negative. */
    static int size(long value) {
        return Math.max(1, Math.ceilDiv(Long.SIZE - Long.numberOfLeadingZeros(value), BITS));
    }

    /** Any number. */
    void signed(long value) {
        number(value << 1 ^ value >> Long.SIZE - 1);
    }

    /** All 32 bits of a constant. */
    void bits(int value) {
        number(Integer.toUnsignedLong(value));
    }

    void text(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        number(encoded.length);
        raw(encoded);
    }

    void raw(byte[] encoded) {
        bytes.writeBytes(encoded);
    }

    int size() {
        return bytes.size();
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
