package dev.lockstep.cli;

import java.util.function.Supplier;

/** The command line, or something that it names, cannot be used; the message is one sentence for the user. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }

    UsageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Turns the objections of the library to values, which came from the command line, into objections to that. */
    static <T> T refusing(Supplier<T> values) {
        try {
            return values.get();
        } catch (IllegalArgumentException wrong) {
            throw new UsageException(wrong.getMessage(), wrong);
        }
    }
}
