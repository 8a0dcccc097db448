package dev.lockstep.cli.models;

import org.jspecify.annotations.Nullable;

/** A server did not answer, or stopped in the middle: asking again may help. */
final class UnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
