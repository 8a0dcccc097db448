package dev.lockstep.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A position in an untrusted little-endian file: every read is checked against the end, every complaint names the place. */
final class GgufCursor {
    static final String DAMAGED = "the file is damaged or not complete, download it again";

    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String file;
    private final MemorySegment bytes;
    private long position;

    GgufCursor(String file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    long position() {
        return position;
    }

    long remaining() {
        return bytes.byteSize() - position;
    }

    byte int8(String field) {
        return bytes.get(ValueLayout.JAVA_BYTE, advance(1, field));
    }

    int int32(String field) {
        return bytes.get(INT, advance(4, field));
    }

    long uint32(String field) {
        return Integer.toUnsignedLong(int32(field));
    }

    /** The 64 bits of an unsigned number; above 2^63-1 they are negative. */
    long uint64(String field) {
        return bytes.get(LONG, advance(8, field));
    }

    /** A count of records that take at least {@code recordBytes} each, so that it cannot exceed what the file can hold. */
    int count(String field, int limit, int recordBytes) {
        long at = position;
        long count = uint64(field);
        if (count < 0 || count > remaining() / recordBytes) {
            throw failure(
                    field,
                    at,
                    "counts " + Long.toUnsignedString(count) + ", but only " + remaining() + " bytes follow",
                    DAMAGED);
        }
        if (count > limit) {
            throw failure(
                    field,
                    at,
                    "counts " + count + ", at most " + limit + " are supported",
                    "use a file made by a current converter");
        }
        return (int) count;
    }

    /** Skips a string (64-bit length, then bytes) and returns the number of its bytes, which end at the new position. */
    int skipString(String field, int limit) {
        int length = count(field, limit, 1);
        position += length;
        return length;
    }

    String name(String field) {
        long at = position;
        int length = skipString(field, GgufLimits.NAME_BYTES);
        if (length == 0) {
            throw failure(field, at, "is empty", DAMAGED);
        }
        byte[] utf8 = bytes.asSlice(position - length, length).toArray(ValueLayout.JAVA_BYTE);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    void skip(long count, String field) {
        advance(count, field);
    }

    /** To be called after each record of the header. */
    void limitHeader() {
        if (position > GgufLimits.HEADER_BYTES) {
            throw failure(
                    "header",
                    position,
                    "is longer than the supported " + GgufLimits.HEADER_BYTES + " bytes",
                    "use a file made by a current converter");
        }
    }

    private long advance(long count, String field) {
        if (count > remaining()) {
            throw failure(
                    field, position, "takes " + count + " bytes, but the file ends after " + remaining(), DAMAGED);
        }
        long at = position;
        position += count;
        return at;
    }

    FormatException failure(String field, long at, String what, String remedy) {
        return failure(file, field, at, what, remedy);
    }

    static FormatException failure(String file, String field, long at, String what, String remedy) {
        return new FormatException(file + ": " + printable(field) + " at byte " + at + ": " + what + "; " + remedy);
    }

    /** Names come from the file, so they are kept to one short line before they reach a terminal. */
    private static String printable(String field) {
        String line = field.replaceAll("\\p{C}", "?");
        return line.length() <= 100 ? line : line.substring(0, 100) + "...";
    }
}
