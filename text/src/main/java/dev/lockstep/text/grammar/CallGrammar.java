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
            Expression arguments = Rules.add(rules, prefix, SchemaCompiler.compile(schema));
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
}
