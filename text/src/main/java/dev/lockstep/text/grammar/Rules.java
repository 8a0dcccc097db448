package dev.lockstep.text.grammar;

import java.util.List;
import java.util.Map;

/** Puts the rules of grammars together. */
final class Rules {
    private Rules() {}

    /**
     * Adds the rules of a grammar to those of another.
     *
     * @param prefix of their new names, which nobody else uses
     * @return what the added grammar is there
     */
    static Expression add(Map<String, Expression> rules, String prefix, Map<String, Expression> added) {
        added.forEach((name, expression) -> rules.put(prefix + name, renamed(expression, prefix)));
        return new Expression.Rule(prefix + Grammar.ROOT);
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
