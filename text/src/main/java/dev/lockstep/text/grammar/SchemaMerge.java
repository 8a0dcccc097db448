package dev.lockstep.text.grammar;

import dev.lockstep.text.json.Json;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Adds a keyword to a schema so that it says both; for {@code allOf}, and keywords beside {@code anyOf} or {@code $ref}. */
final class SchemaMerge {
    private static final Set<String> NOTES = Set.of(
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "$defs",
            "definitions",
            "$comment");

    private SchemaMerge() {}

    static Schema add(Schema schema, String keyword, Json value) {
        if (!schema.has(keyword)
                || NOTES.contains(keyword)
                || schema.get(keyword).orElseThrow().equals(value)) {
            return schema.has(keyword) ? schema : schema.with(keyword, value);
        }
        Json before = schema.get(keyword).orElseThrow();
        if (before instanceof Json.Num a && value instanceof Json.Num b) {
            boolean least = keyword.startsWith("min") || keyword.equals("exclusiveMinimum");
            boolean most = keyword.startsWith("max") || keyword.equals("exclusiveMaximum");
            if (least || most) {
                boolean larger = b.value().compareTo(a.value()) > 0;
                return larger == least ? schema.with(keyword, value) : schema;
            }
        }
        if (keyword.equals("required")
                && before instanceof Json.Arr(List<Json> a)
                && value instanceof Json.Arr(List<Json> b)) {
            Set<Json> both = new LinkedHashSet<>(a);
            both.addAll(b);
            return schema.with(keyword, new Json.Arr(List.copyOf(both)));
        }
        if (keyword.equals("properties")
                && before instanceof Json.Obj(Map<String, Json> a)
                && value instanceof Json.Obj(Map<String, Json> b)) {
            Map<String, Json> both = new LinkedHashMap<>(a);
            b.forEach((name, property) -> both.merge(
                    name,
                    property,
                    (first, second) -> first.equals(second)
                            ? first
                            : new Json.Obj(Map.of("allOf", new Json.Arr(List.of(first, second))))));
            return schema.with(keyword, new Json.Obj(both));
        }
        throw schema.refuse("two schemas that must both hold differ in \"" + keyword + "\", which is not supported");
    }
}
