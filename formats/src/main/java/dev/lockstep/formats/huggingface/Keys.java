package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.MetadataMap;

/** Writes the keys of one architecture, {@code <architecture>.<name>}, as far as the config has a value. */
record Keys(String architecture, JsonFile config, MetadataMap metadata) {
    void put(String name, String value) {
        metadata.put(key(name), value);
    }

    void put(String name, long value) {
        metadata.put(key(name), value);
    }

    void put(String name, double value) {
        metadata.put(key(name), value);
    }

    void put(String name, boolean value) {
        metadata.put(key(name), value);
    }

    /** Copies the first of these integers that the config has. */
    void integer(String name, String... fields) {
        for (String field : fields) {
            if (config.has(field)) {
                put(name, config.requireInteger(field));
                return;
            }
        }
    }

    /** Copies the first of these numbers that the config has. */
    void number(String name, String... fields) {
        for (String field : fields) {
            if (config.has(field)) {
                put(name, config.requireNumber(field));
                return;
            }
        }
    }

    private String key(String name) {
        return architecture + "." + name;
    }
}
