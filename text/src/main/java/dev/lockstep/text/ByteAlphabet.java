package dev.lockstep.text;

import java.util.Arrays;

/**
 * The alphabet in which byte-level vocabularies write bytes, as introduced by GPT-2: a byte that is a printable
 * character of Latin-1 stands for itself, the others are U+0100, U+0101, … in order.
 */
final class ByteAlphabet {
    static final int NOT_A_BYTE = -1;

    private static final int BYTES = 256;
    private static final char[] LETTERS = new char[BYTES];
    private static final short[] VALUES = new short[2 * BYTES];

    static {
        Arrays.fill(VALUES, (short) NOT_A_BYTE);
        char extra = BYTES;
        for (int value = 0; value < BYTES; value++) {
            boolean printable = value > ' ' && value < 0x7f || value > 0xa0 && value != 0xad;
            char letter = printable ? (char) value : extra++;
            LETTERS[value] = letter;
            VALUES[letter] = (short) value;
        }
    }

    private ByteAlphabet() {}

    static char letter(int value) {
        return LETTERS[value];
    }

    /** The byte, 0 to 255, that a letter stands for, or {@link #NOT_A_BYTE}. */
    static int value(char letter) {
        return letter < VALUES.length ? VALUES[letter] : NOT_A_BYTE;
    }

    static String write(byte[] bytes) {
        var letters = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            letters[i] = LETTERS[bytes[i] & 0xff];
        }
        return new String(letters);
    }
}
