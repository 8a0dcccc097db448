package dev.lockstep.cli;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The one object on standard output that {@code --json} promises. */
final class Json {
    private Json() {}

    static void print(Console console, Map<String, ?> fields) {
        console.printLine(JsonMapper.shared().writeValueAsString(fields));
    }
}
