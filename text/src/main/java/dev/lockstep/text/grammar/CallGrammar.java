package dev.lockstep.text.grammar;

import dev.lockstep.text.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rules of texts that call functions. */
final class CallGrammar {
    private final CallSyntax syntax;
    private final Map<String, Expression> rules = new LinkedHashMap<>();

    private CallGrammar(CallSyntax syntax) {
        this.syntax = syntax;
    }

    /** @param functions JSON schemas of the arguments by the name of the function */
    static Map<String, Expression> rules(CallSyntax syntax, Map<String, String> functions, boolean several) {
        var grammar = new CallGrammar(syntax);
        JsonText.addTo(grammar.rules);
        grammar.rules.put("call", grammar.call(functions));
        Expression call = new Expression.Rule("call");
        Expression more = several
                ? Expression.anyNumber(Expression.sequence(JsonText.literal(syntax.separator() + syntax.open()), call))
                : Expression.EMPTY;
        grammar.rules.put(Grammar.ROOT, Expression.sequence(call, more, JsonText.literal(syntax.end())));
        return grammar.rules;
    }

    private Expression call(Map<String, String> functions) {
        List<Expression> options = new ArrayList<>();
        functions.forEach((name, schema) -> {
            String prefix = "arguments of " + name + ": ";
            SchemaCompiler.compile(schema)
                    .forEach((rule, expression) -> rules.put(prefix + rule, renamed(expression, prefix)));
            Expression arguments = new Expression.Rule(prefix + Grammar.ROOT);
            options.add(Expression.sequence(
                    JsonText.SPACE,
                    JsonText.literal("{"),
                    JsonText.SPACE,
                    JsonText.member("name", JsonText.constant(new Json.Str(name))),
                    JsonText.literal(","),
                    JsonText.SPACE,
                    JsonText.member(syntax.arguments(), arguments),
                    JsonText.SPACE,
                    JsonText.literal("}" + syntax.close())));
        });
        return new Expression.Choice(options);
    }

    private static Expression renamed(Expression expression, String prefix) {
        return switch (expression) {
            case Expression.Letter letter -> letter;
            case Expression.Literal literal -> literal;
            case Expression.Sequence(List<Expression> parts) ->
                new Expression.Sequence(
                        parts.stream().map(part -> renamed(part, prefix)).toList());
            case Expression.Choice(List<Expression> options) ->
                new Expression.Choice(
                        options.stream().map(option -> renamed(option, prefix)).toList());
            case Expression.Repeat(Expression part, int min, int max) ->
                new Expression.Repeat(renamed(part, prefix), min, max);
            case Expression.Rule(String name) -> new Expression.Rule(prefix + name);
        };
    }
}
