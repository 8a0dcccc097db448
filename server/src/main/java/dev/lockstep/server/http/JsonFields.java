package dev.lockstep.server.http;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/**
 * The fields of an object of a request, read one by one. A field that is absent or null is empty; one of the wrong type is refused by
 * its path, such as {@code messages[2].content}. Fields that nobody reads are nobody's business.
 */
public final class JsonFields {
    private final JsonNode object;
    private final String path;

    /** @param path of the object itself; empty for the whole request */
    JsonFields(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /** Where a field stands in the request. */
    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    public boolean has(String name) {
        return node(name).isPresent();
    }

    /** The field as it is. */
    public Optional<JsonNode> node(String name) {
        JsonNode node = object.path(name);
        return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
    }

    public Optional<String> string(String name) {
        return node(name).map(node -> {
            require(node.isString(), name, "a string", node);
            return node.stringValue();
        });
    }

    public String requiredString(String name) {
        return string(name).orElseThrow(() -> missing(name));
    }

    public Optional<Boolean> flag(String name) {
        return node(name).map(node -> {
            require(node.isBoolean(), name, "true or false", node);
            return node.booleanValue();
        });
    }

    public boolean flag(String name, boolean otherwise) {
        return flag(name).orElse(otherwise);
    }

    /** A whole number between limits; {@code 3.0} is one. */
    public OptionalLong integer(String name, long least, long most) {
        Optional<JsonNode> found = node(name);
        if (found.isEmpty()) {
            return OptionalLong.empty();
        }
        JsonNode node = found.get();
        require(node.isNumber(), name, "a whole number", node);
        Optional<BigInteger> whole = whole(node.decimalValue());
        require(whole.isPresent(), name, "a whole number", node);
        BigInteger value = whole.get();
        if (value.compareTo(BigInteger.valueOf(least)) < 0 || value.compareTo(BigInteger.valueOf(most)) > 0) {
            throw outOfRange(name, node, least, most);
        }
        return OptionalLong.of(value.longValue());
    }

    public OptionalInt integer(String name, int least, int most) {
        OptionalLong value = integer(name, (long) least, (long) most);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    /** A number between limits. */
    public OptionalDouble number(String name, double least, double most) {
        Optional<JsonNode> found = node(name);
        if (found.isEmpty()) {
            return OptionalDouble.empty();
        }
        JsonNode node = found.get();
        require(node.isNumber(), name, "a number", node);
        double value = node.doubleValue();
        if (!(value >= least && value <= most)) {
            throw outOfRange(name, node, plain(least), plain(most));
        }
        return OptionalDouble.of(value);
    }

    public Optional<JsonFields> object(String name) {
        return node(name).map(node -> {
            require(node.isObject(), name, "an object", node);
            return new JsonFields(node, path(name));
        });
    }

    /** A list of objects; empty if it is absent. */
    public List<JsonFields> objects(String name) {
        List<JsonFields> objects = new ArrayList<>();
        for (JsonNode element : elements(name)) {
            String place = name + "[" + objects.size() + "]";
            require(element.isObject(), place, "an object", element);
            objects.add(new JsonFields(element, path(place)));
        }
        return objects;
    }

    /** A string, or a list of strings; empty if it is absent. */
    public List<String> strings(String name) {
        return node(name)
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .map(List::of)
                .orElseGet(() -> listOfStrings(name));
    }

    /** The elements of a list; empty if it is absent. */
    public List<JsonNode> elements(String name) {
        return node(name)
                .map(node -> {
                    require(node.isArray(), name, "a list", node);
                    return List.copyOf(node.values());
                })
                .orElse(List.of());
    }

    /** The fields of an object by name; empty if it is absent. */
    public Map<String, JsonNode> entries(String name) {
        Map<String, JsonNode> entries = new LinkedHashMap<>();
        object(name)
                .ifPresent(inner ->
                        inner.object.properties().forEach(entry -> entries.put(entry.getKey(), entry.getValue())));
        return entries;
    }

    /** The object itself. */
    public JsonNode asNode() {
        return object;
    }

    public ApiException missing(String name) {
        return new ApiException(ApiError.missing(path(name)));
    }

    /** @param rest of a sentence that begins with the field's path */
    public ApiException invalid(String name, String rest) {
        return new ApiException(ApiError.invalid(path(name), shorten(path(name) + " " + rest)));
    }

    /** @param rest of a sentence that begins with the field's path */
    public ApiException unsupported(String name, String rest) {
        return new ApiException(ApiError.unsupported(path(name), shorten(path(name) + " " + rest)));
    }

    private List<String> listOfStrings(String name) {
        List<String> strings = new ArrayList<>();
        for (JsonNode element : elements(name)) {
            require(element.isString(), name + "[" + strings.size() + "]", "a string", element);
            strings.add(element.stringValue());
        }
        return strings;
    }

    private void require(boolean condition, String name, String wanted, JsonNode found) {
        if (!condition) {
            throw new ApiException(new ApiError(
                    400,
                    "invalid_request_error",
                    "invalid_type",
                    path(name) + " must be " + wanted + ", is " + shown(found),
                    path(name),
                    null));
        }
    }

    private ApiException outOfRange(String name, JsonNode found, Object least, Object most) {
        return new ApiException(ApiError.invalid(
                path(name), path(name) + " is " + shown(found) + ", must be " + least + " to " + most));
    }

    private static Optional<BigInteger> whole(BigDecimal value) {
        // An exponent of billions must not become digits.
        if (Math.abs((long) value.scale()) > 40) {
            return Optional.empty();
        }
        try {
            return Optional.of(value.toBigIntegerExact());
        } catch (ArithmeticException fraction) {
            return Optional.empty();
        }
    }

    private static String plain(double limit) {
        return BigDecimal.valueOf(limit).stripTrailingZeros().toPlainString();
    }

    /** What a client sent, short enough to be told back. */
    static String shown(JsonNode node) {
        if (node.isContainer()) {
            return node.isArray() ? "a list" : "an object";
        }
        String text = node.toString();
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }

    /** Sentences repeat what a client sent, which may be long. */
    private static String shorten(String sentence) {
        return sentence.length() <= 300 ? sentence : sentence.substring(0, 297) + "...";
    }

    static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "list";
            case OBJECT, POJO -> "object";
            case STRING, BINARY -> "string";
            case NUMBER -> "number";
            case BOOLEAN -> "boolean";
            case NULL -> "null";
            case MISSING -> "nothing";
        };
    }
}
