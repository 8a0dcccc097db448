package dev.lockstep.server.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** How an error looks in the body of an answer. */
public enum ErrorShape {
    /** {@code {"error": {"message", "type", "param", "code"}}} */
    OPENAI {
        @Override
        public Map<String, ?> body(ApiError error) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("message", error.message());
            fields.put("type", error.type());
            fields.put("param", error.parameter());
            fields.put("code", error.code());
            return Map.of("error", fields);
        }
    },
    /** {@code {"error": "sentence"}} */
    OLLAMA {
        @Override
        public Map<String, ?> body(ApiError error) {
            return Map.of("error", error.message());
        }
    };

    public abstract Map<String, ?> body(ApiError error);

    /** The shape that clients of a path expect. */
    static ErrorShape of(String path) {
        return path.startsWith("/api/") ? OLLAMA : OPENAI;
    }
}
