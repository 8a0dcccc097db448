package dev.lockstep.graph.architecture;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.Metadata;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads the keys of one architecture, {@code <architecture>.<name>}, within sane limits. */
final class KeyReader {
    private final Metadata metadata;
    private final String architecture;

    KeyReader(Metadata metadata, String architecture) {
        this.metadata = metadata;
        this.architecture = architecture;
    }

    /** A positive integer that must be there. */
    int positive(String name, int limit) {
        return optionalPositive(name, limit)
                .orElseThrow(() -> failure(name, "is missing", "use a file made by a current converter"));
    }

    /** A positive integer. */
    OptionalInt optionalPositive(String name, int limit) {
        OptionalLong value = metadata.integer(key(name));
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        if (value.getAsLong() < 1 || value.getAsLong() > limit) {
            throw failure(
                    name, "is " + value.getAsLong() + ", outside of 1 to " + limit, "use a file that is not damaged");
        }
        return OptionalInt.of((int) value.getAsLong());
    }

    /** A positive integer; 0 and a missing key both mean that there is none. */
    int countOrZero(String name, int limit) {
        boolean absent = metadata.integer(key(name)).orElse(0) == 0;
        return absent ? 0 : optionalPositive(name, limit).orElseThrow();
    }

    /** A finite number above 0. */
    double positiveNumber(String name, double otherwise) {
        double value = number(name, otherwise);
        if (value <= 0) {
            throw failure(name, "is " + value + ", not above 0", "use a file that is not damaged");
        }
        return value;
    }

    /** A finite number. */
    double number(String name, double otherwise) {
        double value = metadata.number(key(name)).orElse(otherwise);
        if (!Double.isFinite(value)) {
            throw failure(name, "is " + value + ", which is not finite", "use a file that is not damaged");
        }
        return value;
    }

    /** Whether a key is there and true. */
    boolean flag(String name) {
        return metadata.bool(key(name)).orElse(false);
    }

    Optional<String> string(String name) {
        return metadata.string(key(name));
    }

    boolean has(String name) {
        return metadata.keys().contains(key(name));
    }

    /** What is wrong with a key, and what to do. */
    FormatException failure(String name, String what, String remedy) {
        return new FormatException("%s: %s: %s; %s".formatted(metadata.origin(), key(name), what, remedy));
    }

    private String key(String name) {
        return architecture + "." + name;
    }
}
