package dev.lockstep.cli;

import org.jspecify.annotations.Nullable;

/** Bridges from picocli, which fills fields after construction, to code without nulls. */
final class Given {
    private Given() {}

    /** What picocli has made sure to be there. */
    static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("a required argument is missing");
        }
        return value;
    }
}
