package dev.lockstep.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/** The metadata of a GGUF file: checked once when the file is opened, decoded on request from a copy of its header. */
final class GgufMetadata implements Metadata {
    private final String origin;
    private final byte[] headerBytes;
    private final MemorySegment header;
    private final LinkedHashMap<String, GgufEntry> entries;

    /**
     * @param header the file's bytes from its start to the end of the last entry at least
     * @param entries positions in {@code header}, already checked
     */
    GgufMetadata(String origin, byte[] header, LinkedHashMap<String, GgufEntry> entries) {
        this.origin = origin;
        this.headerBytes = header;
        this.header = MemorySegment.ofArray(header);
        this.entries = entries;
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public Set<String> keys() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    @Override
    public Optional<String> string(String key) {
        return value(key, "a string", type -> type == GgufValueType.STRING).map(entry -> stringAt(entry.offset()));
    }

    @Override
    public OptionalLong integer(String key) {
        Optional<GgufEntry> found = value(key, "an integer", GgufValueType::isInteger);
        return found.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(integerAt(key, found.get().type(), found.get().offset()));
    }

    @Override
    public OptionalDouble number(String key) {
        Optional<GgufEntry> found = value(key, "a number", type -> type.isFloat() || type.isInteger());
        return found.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        numberAt(key, found.get().type(), found.get().offset()));
    }

    @Override
    public Optional<Boolean> bool(String key) {
        return value(key, "a bool", type -> type == GgufValueType.BOOL)
                .map(entry -> header.get(ValueLayout.JAVA_BYTE, entry.offset()) != 0);
    }

    @Override
    public Optional<List<String>> strings(String key) {
        return array(key, "an array of strings", type -> type == GgufValueType.STRING)
                .map(entry -> {
                    List<String> strings = new ArrayList<>(entry.count());
                    long at = entry.offset();
                    for (int i = 0; i < entry.count(); i++) {
                        strings.add(stringAt(at));
                        at += Long.BYTES + header.get(GgufCursor.LONG, at);
                    }
                    return Collections.unmodifiableList(strings);
                });
    }

    @Override
    public Optional<long[]> integers(String key) {
        return array(key, "an array of integers", type -> type.isInteger() || type == GgufValueType.BOOL)
                .map(entry -> {
                    long[] integers = new long[entry.count()];
                    for (int i = 0; i < integers.length; i++) {
                        integers[i] = integerAt(key, entry.type(), elementOffset(entry, i));
                    }
                    return integers;
                });
    }

    @Override
    public Optional<float[]> numbers(String key) {
        return array(key, "an array of numbers", type -> type.isFloat() || type.isInteger())
                .map(entry -> {
                    float[] numbers = new float[entry.count()];
                    for (int i = 0; i < numbers.length; i++) {
                        numbers[i] = (float) numberAt(key, entry.type(), elementOffset(entry, i));
                    }
                    return numbers;
                });
    }

    @Override
    public void copyTo(GgufWriter writer, String key) {
        GgufEntry entry = Optional.ofNullable(entries.get(key))
                .orElseThrow(() -> new IllegalArgumentException(origin + " has no entry " + key));
        int from = (int) entry.offset();
        int to = (int) endOf(entry);
        writer.entry(key, out -> {
            if (entry.array()) {
                out.array(entry.type(), entry.count());
            } else {
                out.type(entry.type());
            }
            out.bytes(headerBytes, from, to - from);
        });
    }

    private long endOf(GgufEntry entry) {
        if (entry.type() != GgufValueType.STRING) {
            return elementOffset(entry, entry.count());
        }
        long at = entry.offset();
        for (int i = 0; i < entry.count(); i++) {
            at += Long.BYTES + header.get(GgufCursor.LONG, at);
        }
        return at;
    }

    private static long elementOffset(GgufEntry entry, int index) {
        return entry.offset() + (long) index * entry.type().minimumBytes();
    }

    private Optional<GgufEntry> value(String key, String expected, Predicate<GgufValueType> accepted) {
        return entry(key, expected, entry -> !entry.array() && accepted.test(entry.type()));
    }

    /** An empty array fits every question, since converters that have no element to look at guess the type. */
    private Optional<GgufEntry> array(String key, String expected, Predicate<GgufValueType> accepted) {
        return entry(key, expected, entry -> entry.array() && (entry.count() == 0 || accepted.test(entry.type())));
    }

    private Optional<GgufEntry> entry(String key, String expected, Predicate<GgufEntry> accepted) {
        Optional<GgufEntry> found = Optional.ofNullable(entries.get(key));
        if (found.isPresent() && !accepted.test(found.get())) {
            throw failure(
                    key,
                    found.get().offset(),
                    "is " + found.get() + ", not " + expected,
                    "use a file made by a current converter");
        }
        return found;
    }

    private String stringAt(long at) {
        int length = (int) header.get(GgufCursor.LONG, at);
        return new String(headerBytes, (int) at + Long.BYTES, length, StandardCharsets.UTF_8);
    }

    private long integerAt(String key, GgufValueType type, long at) {
        return switch (type) {
            case UINT8, BOOL -> Byte.toUnsignedLong(header.get(ValueLayout.JAVA_BYTE, at));
            case INT8 -> header.get(ValueLayout.JAVA_BYTE, at);
            case UINT16 -> Short.toUnsignedLong(header.get(GgufCursor.SHORT, at));
            case INT16 -> header.get(GgufCursor.SHORT, at);
            case UINT32 -> Integer.toUnsignedLong(header.get(GgufCursor.INT, at));
            case INT32 -> header.get(GgufCursor.INT, at);
            case INT64 -> header.get(GgufCursor.LONG, at);
            case UINT64 -> {
                long bits = header.get(GgufCursor.LONG, at);
                if (bits < 0) {
                    throw failure(key, at, "is " + Long.toUnsignedString(bits) + ", above 2^63-1", GgufCursor.DAMAGED);
                }
                yield bits;
            }
            case FLOAT32, FLOAT64, STRING, ARRAY -> throw new IllegalArgumentException(key + " is no integer");
        };
    }

    private double numberAt(String key, GgufValueType type, long at) {
        return switch (type) {
            case FLOAT32 -> header.get(GgufCursor.FLOAT, at);
            case FLOAT64 -> header.get(GgufCursor.DOUBLE, at);
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> integerAt(key, type, at);
            case BOOL, STRING, ARRAY -> throw new IllegalArgumentException(key + " is no number");
        };
    }

    private FormatException failure(String key, long at, String what, String remedy) {
        return GgufCursor.failure(origin, key, at, what, remedy);
    }
}
