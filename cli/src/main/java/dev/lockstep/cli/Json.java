package dev.lockstep.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The one object on standard output that {@code --json} promises. */
final class Json {
    private Json() {}

    static void print(Console console, Map<String, ?> fields) {
        console.printLine(JsonMapper.shared().writeValueAsString(withoutNonNumbers(fields)));
    }

    /** JSON has no infinity and no NaN; what could not be measured is null. */
    private static Map<String, @Nullable Object> withoutNonNumbers(Map<String, ?> fields) {
        Map<String, @Nullable Object> finite = new LinkedHashMap<>();
        fields.forEach((name, value) ->
                finite.put(name, value instanceof Double number && !Double.isFinite(number) ? null : value));
        return finite;
    }
}
