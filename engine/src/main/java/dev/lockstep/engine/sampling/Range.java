package dev.lockstep.engine.sampling;

import java.util.Locale;

/** Refuses parameters with a sentence. */
final class Range {
    private Range() {}

    static void require(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, arguments));
        }
    }

    static void requireProbability(String name, float p) {
        require(p > 0 && p <= 1, "%s is %s, must be above 0 and at most 1", name, p);
    }
}
