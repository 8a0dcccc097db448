package dev.lockstep.server.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** JSON as it goes over the wire: names in snake case, no nulls unless a record asks for them, and limits on what comes in. */
public final class Json {
    /** Deeper than any schema of a tool, and far from the end of a stack. */
    private static final int MAX_DEPTH = 200;

    private static final int MAX_NAME = 10_000;
    private static final int MAX_NUMBER = 100;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNameLength(MAX_NAME)
                            .maxNumberLength(MAX_NUMBER)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultPropertyInclusion(include -> include.withValueInclusion(JsonInclude.Include.NON_NULL))
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Json() {}

    /** Reads the one object of a request. */
    public static JsonFields object(byte[] body) {
        try {
            JsonNode node = MAPPER.readTree(body);
            if (node.isObject()) {
                return new JsonFields(node, "");
            }
            throw new ApiException(ApiError.request(
                    400,
                    "invalid_json",
                    node.isMissingNode()
                            ? "the request has no body; send a JSON object"
                            : "the body is a JSON " + JsonFields.kind(node) + "; send an object"));
        } catch (JacksonException broken) {
            throw new ApiException(
                    ApiError.request(400, "invalid_json", "the body is not JSON: " + sentence(broken)), broken);
        }
    }

    /** Reads text that has to be JSON. */
    public static JsonNode parse(String text) {
        return MAPPER.readTree(text);
    }

    public static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    public static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    private static String sentence(JacksonException broken) {
        var place = broken.getLocation();
        var message = broken.getOriginalMessage().replaceAll("\\s+", " ").strip();
        return message + (place == null ? "" : " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")");
    }
}
