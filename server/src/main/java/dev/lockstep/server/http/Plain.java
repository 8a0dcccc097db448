package dev.lockstep.server.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** JSON as plain Java values, which chat templates understand. */
public final class Plain {
    private Plain() {}

    /** A map of the fields of an object. */
    public static Map<String, @Nullable Object> map(JsonNode object) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        object.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
        return map;
    }

    /** A string, a boolean, a long, a double, a list, a map or null. */
    public static @Nullable Object value(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT, POJO -> map(node);
            case ARRAY -> list(node);
            case STRING, BINARY -> node.stringValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER ->
                node.canConvertToLong() && node.isIntegralNumber()
                        ? (Object) node.longValue()
                        : (Object) node.doubleValue();
            case NULL, MISSING -> null;
        };
    }

    private static List<@Nullable Object> list(JsonNode array) {
        List<@Nullable Object> list = new ArrayList<>();
        array.values().forEach(element -> list.add(value(element)));
        return list;
    }
}
