package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * A JSON object with the place where it stands, for messages. A field that is null is taken as one that is not there.
 *
 * @param origin file, and the field of the object where it is not the whole file
 */
record JsonFile(String origin, JsonNode node) {
    private static final long MOST_BYTES = 1L << 28;
    private static final String DAMAGED = "download the model again";

    /** The object in a file; empty if there is no such file. */
    static Optional<JsonFile> readIfThere(Path path) {
        return Files.exists(path) ? Optional.of(read(path)) : Optional.empty();
    }

    /** The object in a file. */
    static JsonFile read(Path path) {
        byte[] bytes;
        try {
            if (Files.size(path) > MOST_BYTES) {
                throw new FormatException(path + ": has more than " + MOST_BYTES + " bytes; " + DAMAGED);
            }
            bytes = Files.readAllBytes(path);
        } catch (IOException failure) {
            throw new FormatException(
                    path + ": cannot be read (" + failure.getMessage() + "); check the file and its permissions",
                    failure);
        }
        return parse(path.toString(), bytes);
    }

    static JsonFile parse(String origin, byte[] bytes) {
        JsonNode node;
        try {
            node = JsonMapper.shared().readTree(new String(bytes, StandardCharsets.UTF_8));
        } catch (JacksonException wrong) {
            throw new FormatException(origin + ": is not JSON (" + wrong.getOriginalMessage() + "); " + DAMAGED, wrong);
        }
        if (!node.isObject()) {
            throw new FormatException(origin + ": is not a JSON object; " + DAMAGED);
        }
        return new JsonFile(origin, node);
    }

    boolean has(String key) {
        return !get(key).isMissingNode();
    }

    /** The value of a field, missing if it is null. */
    JsonNode get(String key) {
        JsonNode value = node.path(key);
        return value.isNull() ? MissingNode.getInstance() : value;
    }

    /** The object in a field; empty if there is none. */
    Optional<JsonFile> object(String key) {
        return get(key).isObject() ? Optional.of(new JsonFile(origin + ": " + key, get(key))) : Optional.empty();
    }

    Optional<String> string(String key) {
        JsonNode value = get(key);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw failure(key, "is not a string", DAMAGED);
        }
        return Optional.of(value.stringValue());
    }

    boolean flag(String key, boolean otherwise) {
        JsonNode value = get(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw failure(key, "is neither true nor false", DAMAGED);
        }
        return value.booleanValue();
    }

    OptionalLong integer(String key) {
        JsonNode value = get(key);
        if (value.isMissingNode()) {
            return OptionalLong.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw failure(key, "is not an integer below 2^63", DAMAGED);
        }
        return OptionalLong.of(value.longValue());
    }

    OptionalDouble number(String key) {
        JsonNode value = get(key);
        if (value.isMissingNode()) {
            return OptionalDouble.empty();
        }
        if (!value.isNumber()) {
            throw failure(key, "is not a number", DAMAGED);
        }
        return OptionalDouble.of(value.doubleValue());
    }

    /** An integer that must be there. */
    long requireInteger(String key) {
        return integer(key).orElseThrow(() -> failure(key, "is missing", "use the directory of a language model"));
    }

    /** A number that must be there. */
    double requireNumber(String key) {
        return number(key).orElseThrow(() -> failure(key, "is missing", DAMAGED));
    }

    FormatException failure(String key, String what, String remedy) {
        return new FormatException("%s: %s: %s; %s".formatted(origin, key, what, remedy));
    }
}
