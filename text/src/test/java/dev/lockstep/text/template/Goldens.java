package dev.lockstep.text.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What the original Jinja rendered; src/test/python/generate_template_goldens.py writes the file. */
record Goldens(
        String made_with,
        Instant now,
        Map<String, Object> variables,
        List<Map<String, String>> idioms,
        Map<String, String> templates,
        Map<String, Map<String, Object>> conversations,
        List<Map<String, String>> families) {

    static final Goldens INSTANCE = read();

    private static Goldens read() {
        try (InputStream json = Objects.requireNonNull(Goldens.class.getResourceAsStream("goldens.json"))) {
            return JsonMapper.shared().readValue(json, new TypeReference<Goldens>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Clock clock() {
        return Clock.fixed(now, ZoneOffset.UTC);
    }
}
