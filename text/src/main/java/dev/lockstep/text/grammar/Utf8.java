package dev.lockstep.text.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A set of characters as sequences of byte ranges. */
final class Utf8 {
    /** The last character of one, two, three and four bytes. */
    private static final int[] LAST_OF_LENGTH = {0x7F, 0x7FF, 0xFFFF, CodePoints.LAST};

    /** Characters whose first byte is in the first range, and so on. */
    record Sequence(int[] first, int[] last) {}

    private Utf8() {}

    static List<Sequence> sequences(CodePoints set) {
        List<Sequence> sequences = new ArrayList<>();
        for (CodePoints.Range range : set.ranges()) {
            int first = range.first();
            for (int end : LAST_OF_LENGTH) {
                if (first <= Math.min(end, range.last())) {
                    split(first, Math.min(end, range.last()), sequences);
                    first = end + 1;
                }
            }
        }
        return sequences;
    }

    /** Cuts a range of characters of one length where the trailing bytes do not run over their whole range. */
    private static void split(int first, int last, List<Sequence> sequences) {
        for (int bits = 6; bits <= 18; bits += 6) {
            int low = (1 << bits) - 1;
            if ((first & ~low) != (last & ~low)) {
                if ((first & low) != 0) {
                    split(first, first | low, sequences);
                    split((first | low) + 1, last, sequences);
                    return;
                }
                if ((last & low) != low) {
                    split(first, (last & ~low) - 1, sequences);
                    split(last & ~low, last, sequences);
                    return;
                }
            }
        }
        sequences.add(new Sequence(bytes(first), bytes(last)));
    }

    private static int[] bytes(int character) {
        byte[] bytes = Character.toString(character).getBytes(StandardCharsets.UTF_8);
        int[] values = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = bytes[i] & 0xFF;
        }
        return values;
    }
}
