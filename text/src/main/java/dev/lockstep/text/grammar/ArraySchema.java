package dev.lockstep.text.grammar;

import dev.lockstep.text.json.Json;
import java.util.ArrayList;
import java.util.List;

/** Arrays: some items with schemas of their own, then any number of the same kind. */
final class ArraySchema {
    private final SchemaCompiler compiler;
    private final Schema schema;

    ArraySchema(SchemaCompiler compiler, Schema schema) {
        this.compiler = compiler;
        this.schema = schema;
    }

    Expression expression() {
        if (schema.bool("uniqueItems").orElse(false)) {
            throw schema.refuse("\"uniqueItems\" is not supported");
        }
        int min = schema.count("minItems", 0);
        int max = schema.count("maxItems", Expression.UNLIMITED);
        if (max != Expression.UNLIMITED && max < min) {
            throw schema.refuse("\"maxItems\" is less than \"minItems\"");
        }
        List<Json> prefix = schema.array("prefixItems").orElse(List.of());
        Json others = schema.get("items").orElse(new Json.Bool(true));
        boolean closed = others.equals(new Json.Bool(false));
        if (prefix.isEmpty()) {
            Expression item = closed ? JsonText.VALUE : compiler.value(others, schema.place() + "/items");
            return JsonText.items(item, min, closed ? 0 : max);
        }
        List<Expression> first = new ArrayList<>();
        for (int i = 0; i < prefix.size(); i++) {
            first.add(compiler.value(prefix.get(i), schema.place() + "/prefixItems/" + i));
        }
        Expression rest = rest(first.size(), min, max, closed, others);
        for (int i = first.size() - 1; i >= 0; i--) {
            Expression item = Expression.sequence(
                    i == 0 ? Expression.EMPTY : Expression.sequence(JsonText.literal(","), JsonText.SPACE),
                    first.get(i),
                    rest);
            if (max != Expression.UNLIMITED && i >= max) {
                rest = Expression.EMPTY;
            } else {
                rest = i >= min ? Expression.optional(item) : item;
            }
        }
        return Expression.sequence(JsonText.literal("["), JsonText.SPACE, rest, JsonText.SPACE, JsonText.literal("]"));
    }

    private Expression rest(int count, int min, int max, boolean closed, Json others) {
        if (closed) {
            if (min > count) {
                throw schema.refuse("\"minItems\" asks for more items than there may be");
            }
            return Expression.EMPTY;
        }
        return new Expression.Repeat(
                Expression.sequence(
                        JsonText.literal(","), JsonText.SPACE, compiler.value(others, schema.place() + "/items")),
                Math.max(0, min - count),
                max == Expression.UNLIMITED ? max : Math.max(0, max - count));
    }
}
