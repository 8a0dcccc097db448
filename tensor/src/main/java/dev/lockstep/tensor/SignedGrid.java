package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/** Codes of magnitudes from a {@link Grid} and signs: a level, plus 8 for a negative element. */
final class SignedGrid {
    /** The magnitudes of the IQ2 types. */
    static final byte[] TWO_BITS = table(8, 25, 43);

    private static final int NEGATIVE = 8;

    private SignedGrid() {}

    /** What codes stand for, given the magnitudes of levels. */
    static byte[] table(int... magnitudes) {
        byte[] table = new byte[2 * NEGATIVE];
        for (int level = 0; level < magnitudes.length; level++) {
            table[level] = (byte) magnitudes[level];
            table[level + NEGATIVE] = (byte) -magnitudes[level];
        }
        return table;
    }

    /** Seven signs, and an eighth that makes the number of minuses even. */
    static int evenSigns(int seven) {
        return seven | Integer.bitCount(seven) % 2 << 7;
    }

    /** The codes of eight elements. */
    static void put(Grid grid, int entry, int signs, byte[] codes, int at) {
        put(grid, entry, signs, codes, at, 8);
    }

    /** The codes of four elements. */
    static void putHalf(Grid grid, int entry, int signs, byte[] codes, int at) {
        put(grid, entry, signs, codes, at, 4);
    }

    private static void put(Grid grid, int entry, int signs, byte[] codes, int at, int count) {
        for (int i = 0; i < count; i++) {
            codes[at + i] = (byte) (grid.level(entry, i) | (signs >> i & 1) * NEGATIVE);
        }
    }

    /** Scales of four bits, odd numbers, two to a byte. */
    static void readScales(MemorySegment source, long at, byte[] subs) {
        for (int sub = 0; sub < subs.length; sub++) {
            int scale = LittleEndian.uint8(source, at + sub / 2) >> 4 * (sub % 2) & 15;
            subs[sub] = (byte) (2 * scale + 1);
        }
    }
}
