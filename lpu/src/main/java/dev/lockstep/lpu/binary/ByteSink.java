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
        long rest = value;
        while (rest >= MORE) {
            bytes.write((int) (rest & MORE - 1 | MORE));
            rest >>>= BITS;
        }
        bytes.write((int) rest);
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
