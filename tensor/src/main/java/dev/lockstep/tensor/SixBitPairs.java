package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * Eight pairs of 6-bit numbers in 12 bytes: the scales and minima of Q4_K and Q5_K.
 *
 * <pre>
 *   bytes 0-3   bits 0-5: first of pair j        bits 6-7: high 2 bits of the first of pair j + 4
 *   bytes 4-7   bits 0-5: second of pair j       bits 6-7: high 2 bits of the second of pair j + 4
 *   bytes 8-11  bits 0-3: low 4 bits of the first of pair j + 4, bits 4-7: of the second of pair j + 4
 * </pre>
 */
final class SixBitPairs {
    private SixBitPairs() {}

    static int first(MemorySegment source, long at, int pair) {
        return pair < 4
                ? LittleEndian.uint8(source, at + pair) & 63
                : LittleEndian.uint8(source, at + pair + 4) & 15 | LittleEndian.uint8(source, at + pair - 4) >> 6 << 4;
    }

    static int second(MemorySegment source, long at, int pair) {
        return pair < 4
                ? LittleEndian.uint8(source, at + pair + 4) & 63
                : LittleEndian.uint8(source, at + pair + 4) >> 4 | LittleEndian.uint8(source, at + pair) >> 6 << 4;
    }

    /** Writes a pair over zero bytes. */
    static void put(MemorySegment target, long at, int pair, int first, int second) {
        if (pair < 4) {
            LittleEndian.setBits(target, at + pair, first);
            LittleEndian.setBits(target, at + pair + 4, second);
        } else {
            LittleEndian.setBits(target, at + pair + 4, first & 15 | (second & 15) << 4);
            LittleEndian.setBits(target, at + pair - 4, first >> 4 << 6);
            LittleEndian.setBits(target, at + pair, second >> 4 << 6);
        }
    }
}
