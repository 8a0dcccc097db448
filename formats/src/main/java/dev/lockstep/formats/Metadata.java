package dev.lockstep.formats;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Key-value metadata of a model, by the key names of the GGUF specification. A key that is present with another type
 * than the one asked for is a {@link FormatException} that names file, key and both types.
 */
public interface Metadata {
    /** Name of the file (or another origin) for messages. */
    String origin();

    Set<String> keys();

    Optional<String> string(String key);

    /** An integer of any width and signedness; a uint64 above 2^63-1 is a {@link FormatException}. */
    OptionalLong integer(String key);

    /** A floating-point number of any width; integers are widened. */
    OptionalDouble number(String key);

    Optional<Boolean> bool(String key);

    /** An array of strings; empty if the key is absent. The strings are the raw UTF-8 of the file decoded leniently. */
    Optional<List<String>> strings(String key);

    /** An array of integers of any width, or of booleans as 0 and 1. */
    Optional<long[]> integers(String key);

    /** An array of floating-point numbers of any width; integers are widened. */
    Optional<float[]> numbers(String key);

    /** Adds the entry of a key that is there to a file, in the type that it has. */
    void copyTo(GgufWriter writer, String key);
}
