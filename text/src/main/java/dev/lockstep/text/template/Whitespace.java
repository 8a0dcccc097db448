package dev.lockstep.text.template;

import java.util.function.IntPredicate;

/** Whitespace as Python's {@code str.isspace} defines it. */
final class Whitespace {
    private Whitespace() {}

    static boolean is(int c) {
        return c >= '\t' && c <= '\r' || c >= 0x1c && c <= 0x1f || c == 0x85 || Character.isSpaceChar(c);
    }

    /** First index at or after {@code from} that is not whitespace. */
    static int skip(String text, int from) {
        int i = from;
        while (i < text.length() && is(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** End of {@code text[from, to)} without the whitespace at its end. */
    static int stripEnd(String text, int from, int to) {
        int i = to;
        while (i > from && is(text.charAt(i - 1))) {
            i--;
        }
        return i;
    }

    /** {@code text} without the code points at its ends that {@code drop} names. */
    static String strip(String text, boolean left, boolean right, IntPredicate drop) {
        int from = 0;
        int to = text.length();
        while (left && from < to && drop.test(text.codePointAt(from))) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (right && to > from && drop.test(text.codePointBefore(to))) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }
}
