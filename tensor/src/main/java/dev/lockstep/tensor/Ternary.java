package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/** Elements -1, 0 and 1. */
final class Ternary {
    /** The fourth code is not used; it stands for 2. */
    static final byte[] TABLE = {-1, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private Ternary() {}

    /** Bytes that are fractions of 256, {@code digits} digits in base 3 of each, as codes {@code bytes} apart. */
    static void digits(MemorySegment source, long at, int bytes, int digits, byte[] codes, int to) {
        for (int i = 0; i < bytes; i++) {
            int fraction = LittleEndian.uint8(source, at + i);
            for (int digit = 0; digit < digits; digit++) {
                codes[to + digit * bytes + i] = (byte) (3 * fraction >> 8);
                fraction = 3 * fraction & 255;
            }
        }
    }
}
