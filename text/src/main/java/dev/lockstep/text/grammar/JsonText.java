package dev.lockstep.text.grammar;

import dev.lockstep.text.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How JSON is written: the parts of which grammars for schemas are made. */
final class JsonText {
    /** Characters of strings that must be written as escapes: quotes, backslash, controls. */
    private static final CodePoints ESCAPED = CodePoints.of(0, 0x1F).or(CodePoints.anyOf("\"\\"));

    private static final Expression HEX = new Expression.Letter(CodePoints.anyOf("0123456789abcdefABCDEF"));

    /** Where people put space; a limited amount of it, since a model could go on with it for ever. */
    static final Expression SPACE = new Expression.Rule("space");

    static final Expression VALUE = new Expression.Rule("value");
    static final Expression STRING = new Expression.Rule("string");
    static final Expression CHARACTER = new Expression.Rule("character");
    static final Expression NUMBER = new Expression.Rule("number");
    static final Expression INTEGER = new Expression.Rule("integer");
    static final Expression OBJECT = new Expression.Rule("object");
    static final Expression ARRAY = new Expression.Rule("array");
    static final Expression BOOLEAN = Expression.choice(literal("true"), literal("false"));
    static final Expression NULL = literal("null");

    private JsonText() {}

    /** The rules that the constants name. */
    static void addTo(Map<String, Expression> rules) {
        Expression digit = letter("0123456789");
        Expression digits = new Expression.Repeat(digit, 1, Expression.UNLIMITED);
        Expression whole = Expression.sequence(
                Expression.optional(literal("-")),
                Expression.choice(literal("0"), Expression.sequence(letter("123456789"), Expression.anyNumber(digit))));
        rules.put(
                "space",
                Expression.optional(Expression.choice(
                        literal(" "),
                        Expression.sequence(literal("\n"), new Expression.Repeat(letter(" \t"), 0, 20)))));
        rules.put("character", character());
        rules.put("string", quoted(Expression.anyNumber(CHARACTER)));
        rules.put("integer", whole);
        rules.put(
                "number",
                Expression.sequence(
                        whole,
                        Expression.optional(Expression.sequence(literal("."), digits)),
                        Expression.optional(
                                Expression.sequence(letter("eE"), Expression.optional(letter("+-")), digits))));
        rules.put("object", members(STRING, VALUE, 0, Expression.UNLIMITED));
        rules.put("array", items(VALUE, 0, Expression.UNLIMITED));
        rules.put("value", Expression.choice(STRING, NUMBER, OBJECT, ARRAY, BOOLEAN, NULL));
    }

    static Expression literal(String text) {
        return new Expression.Literal(text);
    }

    private static Expression letter(String letters) {
        return new Expression.Letter(CodePoints.anyOf(letters));
    }

    /** One character of a string, itself or as an escape; by \\u only what is no half of a pair. */
    private static Expression character() {
        Expression high = letter("0123456789abcefABCEF");
        Expression surrogateFree = Expression.choice(
                Expression.sequence(high, HEX, HEX, HEX),
                Expression.sequence(letter("dD"), letter("01234567"), HEX, HEX));
        return Expression.choice(
                new Expression.Letter(ESCAPED.not()),
                Expression.sequence(
                        literal("\\"),
                        Expression.choice(letter("\"\\/bfnrt"), Expression.sequence(literal("u"), surrogateFree))));
    }

    /** One character of a set within a string, written in the one usual way. */
    static Expression written(CodePoints set) {
        List<Expression> options = new ArrayList<>();
        CodePoints plain = set.without(ESCAPED);
        if (!plain.isEmpty()) {
            options.add(new Expression.Letter(plain));
        }
        for (CodePoints.Range range : set.and(ESCAPED).ranges()) {
            for (int c = range.first(); c <= range.last(); c++) {
                String quoted = new Json.Str(Character.toString(c)).toString();
                options.add(literal(quoted.substring(1, quoted.length() - 1)));
            }
        }
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    static Expression quoted(Expression characters) {
        return Expression.sequence(literal("\""), characters, literal("\""));
    }

    /** A value written as it is. */
    static Expression constant(Json value) {
        return switch (value) {
            case Json.Arr(List<Json> items) -> {
                List<Expression> parts = new ArrayList<>();
                items.forEach(item -> parts.add(constant(item)));
                yield list("[", parts, "]");
            }
            case Json.Obj(Map<String, Json> members) -> {
                List<Expression> parts = new ArrayList<>();
                members.forEach((name, member) -> parts.add(member(name, constant(member))));
                yield list("{", parts, "}");
            }
            case Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> literal(value.toString());
        };
    }

    private static Expression list(String open, List<Expression> parts, String close) {
        List<Expression> all = new ArrayList<>();
        all.add(literal(open));
        for (int i = 0; i < parts.size(); i++) {
            all.add(SPACE);
            all.add(parts.get(i));
            all.add(i < parts.size() - 1 ? literal(",") : SPACE);
        }
        all.add(literal(close));
        return new Expression.Sequence(all);
    }

    static Expression member(String name, Expression value) {
        return member(literal(new Json.Str(name).toString()), value);
    }

    static Expression member(Expression name, Expression value) {
        return Expression.sequence(name, literal(":"), Expression.optional(literal(" ")), value);
    }

    /** An object of members that are all alike. */
    static Expression members(Expression name, Expression value, int min, int max) {
        return repeated("{", member(name, value), min, max, "}");
    }

    /** An array of items that are all alike. */
    static Expression items(Expression item, int min, int max) {
        return repeated("[", item, min, max, "]");
    }

    private static Expression repeated(String open, Expression part, int min, int max, String close) {
        if (max == 0) {
            return Expression.sequence(literal(open), SPACE, literal(close));
        }
        Expression several = Expression.sequence(
                part,
                new Expression.Repeat(
                        Expression.sequence(literal(","), SPACE, part),
                        Math.max(0, min - 1),
                        max == Expression.UNLIMITED ? max : max - 1),
                SPACE);
        return Expression.sequence(
                literal(open), SPACE, min == 0 ? Expression.optional(several) : several, literal(close));
    }
}
