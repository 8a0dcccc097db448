package dev.lockstep.text.grammar;

import dev.lockstep.text.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Objects: named members in the order of the schema, then others if they are allowed. */
final class ObjectSchema {
    private static final Json ANYTHING = new Json.Bool(true);
    private static final Json NOTHING = new Json.Bool(false);

    private final SchemaCompiler compiler;
    private final Schema schema;
    private final Map<String, Json> properties;
    private final Set<String> required;

    ObjectSchema(SchemaCompiler compiler, Schema schema) {
        this.compiler = compiler;
        this.schema = schema;
        this.properties = new LinkedHashMap<>(schema.map("properties"));
        this.required = schema.strings("required");
    }

    Expression expression() {
        Json others = others();
        for (String name : required) {
            if (!properties.containsKey(name)) {
                if (others.equals(NOTHING)) {
                    throw schema.refuse("\"" + name + "\" is required, but no member may have that name");
                }
                properties.put(name, others);
            }
        }
        if (properties.isEmpty()) {
            return alike(others);
        }
        schema.refuseAny("is not supported together with named members", "patternProperties", "propertyNames");
        int min = schema.count("minProperties", 0);
        int max = schema.count("maxProperties", Expression.UNLIMITED);
        boolean open = !others.equals(NOTHING);
        if (min > required.size() || max != Expression.UNLIMITED && (open || max < properties.size())) {
            throw schema.refuse(
                    "\"minProperties\" and \"maxProperties\" are supported only for objects without named members");
        }
        return Expression.sequence(JsonText.literal("{"), JsonText.SPACE, named(others), JsonText.literal("}"));
    }

    private Json others() {
        Json others = schema.get("additionalProperties")
                .or(() -> schema.get("unevaluatedProperties"))
                .orElse(properties.isEmpty() ? ANYTHING : NOTHING);
        boolean only = schema.has("patternProperties") && properties.isEmpty();
        return only && !schema.has("additionalProperties") ? NOTHING : others;
    }

    /** Objects whose members are all of one kind, or of some kinds by the pattern of their names. */
    private Expression alike(Json others) {
        int min = schema.count("minProperties", 0);
        int max = schema.count("maxProperties", Expression.UNLIMITED);
        Map<String, Json> patterns = schema.map("patternProperties");
        if (!patterns.isEmpty()) {
            if (!others.equals(NOTHING) || schema.has("propertyNames")) {
                throw schema.refuse("\"patternProperties\" is supported only where \"additionalProperties\" is false");
            }
            if (patterns.size() > 1) {
                throw schema.refuse("\"patternProperties\" is supported with one pattern only");
            }
            String pattern = patterns.keySet().iterator().next();
            return JsonText.members(
                    JsonText.quoted(StringSchema.contained(schema, pattern)),
                    compiler.value(patterns.get(pattern), schema.place() + "/patternProperties"),
                    min,
                    max);
        }
        if (others.equals(NOTHING)) {
            return Expression.sequence(JsonText.literal("{"), JsonText.SPACE, JsonText.literal("}"));
        }
        Expression name = schema.get("propertyNames")
                .map(names -> StringSchema.expression(
                        names instanceof Json.Obj object
                                ? new Schema(object, schema.place() + "/propertyNames")
                                : schema))
                .orElse(JsonText.STRING);
        boolean plain = others.equals(ANYTHING) && name == JsonText.STRING && min == 0 && max == Expression.UNLIMITED;
        return plain
                ? JsonText.OBJECT
                : JsonText.members(name, compiler.value(others, schema.place() + "/additionalProperties"), min, max);
    }

    /**
     * From the last member to the first: what may come from here on, if a member came before (with a comma) and if none did. A member
     * that is not required may be left out.
     */
    private Expression named(Json others) {
        Expression after = JsonText.SPACE;
        Expression first = Expression.EMPTY;
        if (!others.equals(NOTHING)) {
            Expression member = JsonText.member(
                    OtherNames.than(properties.keySet()),
                    compiler.value(others, schema.place() + "/additionalProperties"));
            Expression more = Expression.sequence(JsonText.literal(","), JsonText.SPACE, member);
            after = Expression.sequence(Expression.anyNumber(more), JsonText.SPACE);
            first = Expression.optional(Expression.sequence(member, after));
        }
        List<Map.Entry<String, Json>> reversed = new ArrayList<>(properties.entrySet()).reversed();
        for (Map.Entry<String, Json> property : reversed) {
            String name = property.getKey();
            Expression rest = compiler.shared(after);
            Expression member = Expression.sequence(
                    JsonText.member(name, compiler.value(property.getValue(), schema.place() + "/properties/" + name)),
                    rest);
            Expression withComma = Expression.sequence(JsonText.literal(","), JsonText.SPACE, member);
            if (required.contains(name)) {
                first = member;
                after = withComma;
            } else {
                first = Expression.choice(member, compiler.shared(first));
                after = Expression.choice(withComma, rest);
            }
        }
        return first;
    }
}
