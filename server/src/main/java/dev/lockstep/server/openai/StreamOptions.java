package dev.lockstep.server.openai;

import dev.lockstep.server.http.JsonFields;

/** Reads {@code stream_options}. */
final class StreamOptions {
    private StreamOptions() {}

    /** Whether a stream is to end with the number of tokens. */
    static boolean usage(JsonFields fields, boolean stream) {
        if (fields.has("stream_options") && !stream) {
            throw fields.invalid("stream_options", "needs stream to be true");
        }
        return fields.object("stream_options")
                .map(options -> options.flag("include_usage", false))
                .orElse(false);
    }
}
