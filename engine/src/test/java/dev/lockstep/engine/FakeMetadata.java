package dev.lockstep.engine;

import dev.lockstep.formats.Metadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** Metadata of strings only. */
record FakeMetadata(Map<String, String> values) implements Metadata {
    @Override
    public String origin() {
        return "fake.gguf";
    }

    @Override
    public Set<String> keys() {
        return values.keySet();
    }

    @Override
    public Optional<String> string(String key) {
        return Optional.ofNullable(values.get(key));
    }

    @Override
    public OptionalLong integer(String key) {
        return OptionalLong.empty();
    }

    @Override
    public OptionalDouble number(String key) {
        return OptionalDouble.empty();
    }

    @Override
    public Optional<Boolean> bool(String key) {
        return Optional.empty();
    }

    @Override
    public Optional<List<String>> strings(String key) {
        return Optional.empty();
    }

    @Override
    public Optional<long[]> integers(String key) {
        return Optional.empty();
    }

    @Override
    public Optional<float[]> numbers(String key) {
        return Optional.empty();
    }
}
