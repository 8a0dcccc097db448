package dev.lockstep.formats;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** Metadata that is not read from a GGUF file: strings, integers, numbers and truth values, and arrays of the first three. */
public final class MetadataMap implements Metadata {
    private final String origin;
    private final Map<String, Object> values = new LinkedHashMap<>();

    /** @param origin what to call the model in messages */
    public MetadataMap(String origin) {
        this.origin = origin;
    }

    /** Sets a string and returns this. */
    public MetadataMap put(String key, String value) {
        values.put(key, value);
        return this;
    }

    /** Sets an integer and returns this. */
    public MetadataMap put(String key, long value) {
        values.put(key, value);
        return this;
    }

    /** Sets a floating-point number and returns this. */
    public MetadataMap put(String key, double value) {
        values.put(key, value);
        return this;
    }

    /** Sets a truth value and returns this. */
    public MetadataMap put(String key, boolean value) {
        values.put(key, value);
        return this;
    }

    /** Sets an array of strings and returns this. */
    public MetadataMap put(String key, List<String> value) {
        values.put(key, value.toArray(String[]::new));
        return this;
    }

    /** Sets an array of integers and returns this. */
    public MetadataMap put(String key, long[] value) {
        values.put(key, value);
        return this;
    }

    /** Sets an array of floating-point numbers and returns this. */
    public MetadataMap put(String key, float[] value) {
        values.put(key, value);
        return this;
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public Set<String> keys() {
        return Collections.unmodifiableSet(values.keySet());
    }

    @Override
    public Optional<String> string(String key) {
        return find(key, String.class);
    }

    @Override
    public OptionalLong integer(String key) {
        return find(key, Long.class).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    @Override
    public OptionalDouble number(String key) {
        return find(key, Number.class)
                .map(number -> OptionalDouble.of(number.doubleValue()))
                .orElseGet(OptionalDouble::empty);
    }

    @Override
    public Optional<Boolean> bool(String key) {
        return find(key, Boolean.class);
    }

    @Override
    public Optional<List<String>> strings(String key) {
        return find(key, String[].class).map(List::of);
    }

    @Override
    public Optional<long[]> integers(String key) {
        return find(key, long[].class);
    }

    @Override
    public Optional<float[]> numbers(String key) {
        return find(key, float[].class);
    }

    /** Integers become uint32 where they fit, arrays of them int32, and else int64; numbers become float32. */
    @Override
    public void copyTo(GgufWriter writer, String key) {
        switch (values.get(key)) {
            case String text -> writer.string(key, text);
            case Boolean truth -> writer.bool(key, truth);
            case Long integer ->
                writer.integer(key, integer >>> 32 == 0 ? GgufValueType.UINT32 : GgufValueType.INT64, integer);
            case Number number -> writer.number(key, number.floatValue());
            case String[] texts -> writer.strings(key, List.of(texts));
            case long[] integers ->
                writer.integers(
                        key,
                        Arrays.stream(integers).allMatch(each -> each == (int) each)
                                ? GgufValueType.INT32
                                : GgufValueType.INT64,
                        integers);
            case float[] numbers -> writer.numbers(key, numbers);
            case null, default -> throw new IllegalArgumentException(origin + " has no entry " + key);
        }
    }

    private <T> Optional<T> find(String key, Class<T> type) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw new FormatException("%s: %s: is a %s, not a %s; use another value"
                    .formatted(origin, key, value.getClass().getSimpleName(), type.getSimpleName()));
        }
        return Optional.of(type.cast(value));
    }
}
