package dev.lockstep.cli;

import java.util.Locale;

/** Text and numbers as people like to see them. */
final class Printable {
    private Printable() {}

    /** Text of a model for a terminal: everything but what could steer it. */
    static String harmless(String text) {
        return text.codePoints().noneMatch(Printable::steersTerminal)
                ? text
                : text.codePoints()
                        .map(c -> steersTerminal(c) ? '\ufffd' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }

    private static boolean steersTerminal(int c) {
        return Character.isISOControl(c) && c != '\n' && c != '\t';
    }

    /** {@code 1.10 B}: thousands, millions and billions as model names have them. */
    static String count(long count) {
        if (count >= 1_000_000_000) {
            return String.format(Locale.ROOT, "%.2f B", count / 1e9);
        }
        if (count >= 1_000_000) {
            return String.format(Locale.ROOT, "%.1f M", count / 1e6);
        }
        return count >= 1_000 ? String.format(Locale.ROOT, "%.1f k", count / 1e3) : Long.toString(count);
    }

    /** One decimal, or none from 100 on. */
    static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 100 ? "%.1f" : "%.0f", perSecond);
    }
}
