package dev.lockstep.text.template;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The only thing that a template can change: {@code {% set ns.field = value %}} works from any scope. */
final class Namespace implements Value.Special {
    private final Map<String, Value> fields;

    Namespace(Map<String, Value> fields) {
        this.fields = new LinkedHashMap<>(fields);
    }

    void set(String name, Value value) {
        fields.put(name, value);
    }

    @Override
    public String specialType() {
        return "Namespace";
    }

    @Override
    public @Nullable Value attribute(String name) {
        return fields.get(name);
    }
}
