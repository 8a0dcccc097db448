package dev.lockstep.text;

import dev.lockstep.formats.GgufWriter;
import dev.lockstep.formats.Metadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** Metadata of values in memory, as JSON has them. */
record TestMetadata(Map<String, Object> values) implements Metadata {
    TestMetadata with(String key, Object value) {
        var changed = new LinkedHashMap<>(values);
        changed.put(key, value);
        return new TestMetadata(changed);
    }

    TestMetadata without(String key) {
        var changed = new LinkedHashMap<>(values);
        changed.remove(key);
        return new TestMetadata(changed);
    }

    @Override
    public String origin() {
        return "test.gguf";
    }

    @Override
    public Set<String> keys() {
        return values.keySet();
    }

    @Override
    public Optional<String> string(String key) {
        return Optional.ofNullable((String) values.get(key));
    }

    @Override
    public OptionalLong integer(String key) {
        return values.get(key) instanceof Number number ? OptionalLong.of(number.longValue()) : OptionalLong.empty();
    }

    @Override
    public OptionalDouble number(String key) {
        return values.get(key) instanceof Number number
                ? OptionalDouble.of(number.doubleValue())
                : OptionalDouble.empty();
    }

    @Override
    public Optional<Boolean> bool(String key) {
        return Optional.ofNullable((Boolean) values.get(key));
    }

    @Override
    public Optional<List<String>> strings(String key) {
        return list(key).map(list -> list.stream().map(String.class::cast).toList());
    }

    @Override
    public Optional<long[]> integers(String key) {
        return list(key)
                .map(list -> list.stream()
                        .mapToLong(value -> ((Number) value).longValue())
                        .toArray());
    }

    @Override
    public Optional<float[]> numbers(String key) {
        return list(key).map(list -> {
            var numbers = new float[list.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = ((Number) list.get(i)).floatValue();
            }
            return numbers;
        });
    }

    @Override
    public void copyTo(GgufWriter writer, String key) {
        throw new UnsupportedOperationException("tests write no files");
    }

    private Optional<List<?>> list(String key) {
        return Optional.ofNullable((List<?>) values.get(key));
    }
}
