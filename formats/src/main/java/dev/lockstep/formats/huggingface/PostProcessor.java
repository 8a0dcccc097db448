package dev.lockstep.formats.huggingface;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What {@code tokenizer.json} puts around a text.
 *
 * @param parts the template of a single text, a null for the text itself; empty if the file has none
 */
record PostProcessor(List<String> parts) {
    /** Of a file that leaves it to other settings. */
    static final PostProcessor SILENT = new PostProcessor(List.of());

    private static final String TEXT = "";

    static PostProcessor of(JsonFile tokenizer) {
        List<String> parts = new ArrayList<>();
        collect(tokenizer.get("post_processor"), parts);
        return new PostProcessor(parts);
    }

    /** Whether the file leaves it to other settings. */
    boolean isSilent() {
        return parts.isEmpty();
    }

    boolean opens(String token) {
        return !isSilent() && parts.getFirst().equals(token);
    }

    boolean closes(String token) {
        return !isSilent() && parts.getLast().equals(token);
    }

    private static void collect(JsonNode processor, List<String> parts) {
        processor.path("processors").forEach(inner -> collect(inner, parts));
        for (JsonNode part : processor.path("single")) {
            JsonNode special = part.path("SpecialToken");
            parts.add(special.isObject() ? special.path("id").asString(TEXT) : TEXT);
        }
    }
}
