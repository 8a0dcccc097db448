package dev.lockstep.formats;

import java.util.Locale;
import java.util.Optional;

/**
 * Types of metadata values in a GGUF file, in the order of their numbers in the file.
 *
 * <p>Source: the GGUF specification ({@code docs/gguf.md} of ggml-org/ggml, {@code gguf_metadata_value_type}).
 */
public enum GgufValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(8),
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private final int minimumBytes;

    GgufValueType(int minimumBytes) {
        this.minimumBytes = minimumBytes;
    }

    /** Bytes of a number or bool; for strings and arrays the bytes of the header before their content. */
    int minimumBytes() {
        return minimumBytes;
    }

    /** The number that stands for this type in the file. */
    public int ggufNumber() {
        return ordinal();
    }

    boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
    }

    boolean isFloat() {
        return this == FLOAT32 || this == FLOAT64;
    }

    static Optional<GgufValueType> ofGgufNumber(long number) {
        return number >= 0 && number < values().length ? Optional.of(values()[(int) number]) : Optional.empty();
    }

    /** The name of the type in the specification, for messages. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
