package dev.lockstep.text.grammar;

import dev.lockstep.text.json.Json;
import dev.lockstep.text.json.JsonException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** From a JSON schema to the rules of a grammar. Schemas that are referred to become rules of their own. */
final class SchemaCompiler {
    private static final int DEEPEST = 100;

    private final Json root;
    private final Map<String, Expression> rules = new LinkedHashMap<>();
    private final Set<String> referred = new LinkedHashSet<>();
    private int depth;

    private SchemaCompiler(Json root) {
        this.root = root;
    }

    static Map<String, Expression> compile(String text) {
        Json schema;
        try {
            schema = Json.parse(text);
        } catch (JsonException broken) {
            throw new GrammarException("the JSON schema cannot be used: it is " + broken.getMessage());
        }
        var compiler = new SchemaCompiler(schema);
        JsonText.addTo(compiler.rules);
        compiler.rules.put(Grammar.ROOT, compiler.value(schema, "#"));
        compiler.addReferred();
        return compiler.rules;
    }

    private void addReferred() {
        Set<String> done = new LinkedHashSet<>();
        while (done.size() < referred.size()) {
            for (String pointer : List.copyOf(referred)) {
                if (done.add(pointer)) {
                    rules.put(ruleOf(pointer), value(target(pointer, "#"), pointer));
                }
            }
        }
    }

    private static String ruleOf(String pointer) {
        return "schema " + pointer;
    }

    /** What a schema allows. */
    Expression value(Json json, String place) {
        if (json instanceof Json.Bool(boolean anything)) {
            return anything ? JsonText.VALUE : Expression.IMPOSSIBLE;
        }
        if (!(json instanceof Json.Obj object)) {
            throw new GrammarException(
                    "the JSON schema cannot be used: a schema is an object, true or false (at " + place + ")");
        }
        return value(new Schema(object, place));
    }

    private Expression value(Schema schema) {
        depth++;
        if (depth > DEEPEST) {
            throw schema.refuse("schemas nest more than " + DEEPEST + " deep, or hold themselves");
        }
        Expression expression = expression(schema);
        depth--;
        return expression;
    }

    private Expression expression(Schema schema) {
        if (schema.has("$ref")) {
            return reference(schema);
        }
        if (schema.has("const")) {
            return JsonText.constant(schema.get("const").orElseThrow());
        }
        if (schema.has("enum")) {
            return enumeration(schema);
        }
        if (schema.has("allOf")) {
            return value(merged(schema));
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.has(keyword)) {
                return options(schema, keyword);
            }
        }
        return typed(schema);
    }

    /** The same as a rule, where it would be written more than once. */
    Expression shared(Expression expression) {
        if (expression instanceof Expression.Rule || expression.equals(Expression.EMPTY)) {
            return expression;
        }
        String name = "part " + rules.size();
        rules.put(name, expression);
        return new Expression.Rule(name);
    }

    private Expression reference(Schema schema) {
        String pointer = schema.string("$ref").orElseThrow();
        Set<String> others = new LinkedHashSet<>(schema.keywords());
        others.removeAll(Set.of(
                "$ref", "$defs", "definitions", "title", "description", "default", "examples", "$schema", "$id"));
        if (!others.isEmpty()) {
            Json target = target(pointer, schema.place());
            return value(merge(schema.without("$ref"), target, schema.place()));
        }
        target(pointer, schema.place());
        referred.add(pointer);
        return new Expression.Rule(ruleOf(pointer));
    }

    private Json target(String pointer, String place) {
        if (!pointer.startsWith("#")) {
            throw new GrammarException("the JSON schema cannot be used: \"$ref\" may only refer to this schema, as in"
                    + " \"#/$defs/name\", not to \"" + pointer + "\" (at " + place + ")");
        }
        Json at = root;
        for (String part : pointer.substring(1).split("/", -1)) {
            if (part.isEmpty() && at == root) {
                continue;
            }
            String name = part.replace("~1", "/").replace("~0", "~");
            Optional<Json> next = switch (at) {
                case Json.Obj object -> object.get(name);
                case Json.Arr(List<Json> items)
                when name.matches("\\d{1,6}") && Integer.parseInt(name) < items.size() ->
                    Optional.of(items.get(Integer.parseInt(name)));
                case Json.Arr _, Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> Optional.empty();
            };
            at = next.orElseThrow(() -> new GrammarException("the JSON schema cannot be used: \"$ref\" refers to \""
                    + pointer + "\", which is not there (at " + place + ")"));
        }
        return at;
    }

    private static Expression enumeration(Schema schema) {
        List<Expression> values = new ArrayList<>();
        schema.array("enum").orElseThrow().forEach(value -> values.add(JsonText.constant(value)));
        if (values.isEmpty()) {
            throw schema.refuse("\"enum\" has no values");
        }
        return new Expression.Choice(values);
    }

    /** Options, each together with what the schema says besides. */
    private Expression options(Schema schema, String keyword) {
        List<Json> options = schema.array(keyword).orElseThrow();
        Schema rest = schema.without(keyword);
        List<Expression> expressions = new ArrayList<>();
        for (int i = 0; i < options.size(); i++) {
            String place = schema.place() + "/" + keyword + "/" + i;
            expressions.add(
                    saysNothing(rest) ? value(options.get(i), place) : value(merge(rest, options.get(i), place)));
        }
        if (expressions.isEmpty()) {
            throw schema.refuse("\"" + keyword + "\" has no schemas");
        }
        return new Expression.Choice(expressions);
    }

    private static boolean saysNothing(Schema schema) {
        return Set.of(
                        "$defs",
                        "definitions",
                        "title",
                        "description",
                        "default",
                        "examples",
                        "$schema",
                        "$id",
                        "discriminator",
                        "nullable",
                        "deprecated")
                .containsAll(schema.keywords());
    }

    private Schema merged(Schema schema) {
        Schema all = schema.without("allOf");
        List<Json> parts = schema.array("allOf").orElseThrow();
        for (int i = 0; i < parts.size(); i++) {
            all = merge(all, parts.get(i), schema.place() + "/allOf/" + i);
        }
        return all;
    }

    /** One schema that says what both say. */
    private Schema merge(Schema schema, Json json, String place) {
        depth++;
        if (depth > DEEPEST) {
            throw schema.refuse("schemas nest more than " + DEEPEST + " deep, or hold themselves");
        }
        Schema merged = mergeOne(schema, json, place);
        depth--;
        return merged;
    }

    private Schema mergeOne(Schema schema, Json json, String place) {
        if (json instanceof Json.Bool(boolean anything) && anything) {
            return schema;
        }
        if (!(json instanceof Json.Obj object)) {
            throw schema.refuse("a schema that is combined with others must be an object");
        }
        Schema other = new Schema(object, place);
        if (other.has("$ref")) {
            Json target = target(other.string("$ref").orElseThrow(), place);
            return merge(merge(schema, target, place), other.without("$ref").object(), place);
        }
        if (other.has("allOf")) {
            other = merged(other);
        }
        Schema all = schema;
        for (Map.Entry<String, Json> member : other.object().members().entrySet()) {
            all = SchemaMerge.add(all, member.getKey(), member.getValue());
        }
        return all;
    }

    private Expression typed(Schema schema) {
        Optional<Json> type = schema.get("type");
        if (type.isEmpty()) {
            return untyped(schema);
        }
        if (type.get() instanceof Json.Arr(List<Json> types)) {
            return new Expression.Choice(
                    types.stream().map(each -> ofType(schema, each)).toList());
        }
        return ofType(schema, type.get());
    }

    /** Without a type, keywords of one type say what is meant. */
    private Expression untyped(Schema schema) {
        if (hasAny(schema, "properties", "required", "additionalProperties", "patternProperties", "propertyNames")) {
            return new ObjectSchema(this, schema).expression();
        }
        if (hasAny(schema, "items", "prefixItems", "minItems", "maxItems")) {
            return new ArraySchema(this, schema).expression();
        }
        if (hasAny(schema, "pattern", "minLength", "maxLength", "format")) {
            return StringSchema.expression(schema);
        }
        if (hasAny(schema, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")) {
            return number(schema, false);
        }
        return JsonText.VALUE;
    }

    private static boolean hasAny(Schema schema, String... keywords) {
        for (String keyword : keywords) {
            if (schema.has(keyword)) {
                return true;
            }
        }
        return false;
    }

    private Expression ofType(Schema schema, Json type) {
        if (!(type instanceof Json.Str(String name))) {
            throw schema.refuse("\"type\" must be a string, or an array of strings");
        }
        return switch (name) {
            case "object" -> new ObjectSchema(this, schema).expression();
            case "array" -> new ArraySchema(this, schema).expression();
            case "string" -> StringSchema.expression(schema);
            case "integer" -> number(schema, true);
            case "number" -> number(schema, false);
            case "boolean" -> JsonText.BOOLEAN;
            case "null" -> JsonText.NULL;
            default -> throw schema.refuse("there is no type \"" + name + "\"");
        };
    }

    private static Expression number(Schema schema, boolean integer) {
        boolean one = schema.number("multipleOf")
                .map(value -> value.compareTo(BigDecimal.ONE) == 0)
                .orElse(false);
        if (schema.has("multipleOf") && !one) {
            throw schema.refuse("\"multipleOf\" is not supported, except for 1");
        }
        Optional<NumberRange.Bound> lower = bound(schema, "minimum", "exclusiveMinimum", 1);
        Optional<NumberRange.Bound> upper = bound(schema, "maximum", "exclusiveMaximum", -1);
        if (lower.isEmpty() && upper.isEmpty()) {
            return integer || one ? JsonText.INTEGER : JsonText.NUMBER;
        }
        Expression range = NumberRange.of(integer || one, lower, upper);
        if (range.equals(Expression.IMPOSSIBLE)) {
            throw schema.refuse("no number is between its bounds");
        }
        return range;
    }

    /** The stricter one of two bounds. */
    private static Optional<NumberRange.Bound> bound(Schema schema, String inclusive, String exclusive, int sign) {
        Optional<NumberRange.Bound> with = schema.number(inclusive).map(value -> new NumberRange.Bound(value, false));
        Optional<NumberRange.Bound> without = schema.number(exclusive).map(value -> new NumberRange.Bound(value, true));
        if (with.isEmpty() || without.isEmpty()) {
            return with.or(() -> without);
        }
        return with.get().value().compareTo(without.get().value()) * sign > 0 ? with : without;
    }
}
