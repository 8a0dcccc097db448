package dev.lockstep.text.grammar;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Refuses rules that may begin with themselves: a state would never be complete. */
final class LeftRecursion {
    private final Map<String, Expression> rules;
    private final Set<String> nullable = new HashSet<>();
    private final Set<String> done = new HashSet<>();
    private final LinkedHashSet<String> path = new LinkedHashSet<>();

    private LeftRecursion(Map<String, Expression> rules) {
        this.rules = rules;
    }

    static void check(Map<String, Expression> rules) {
        var check = new LeftRecursion(rules);
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Map.Entry<String, Expression> rule : rules.entrySet()) {
                changed |= check.nullable(rule.getValue()) && check.nullable.add(rule.getKey());
            }
        }
        rules.keySet().forEach(check::visit);
    }

    private boolean nullable(Expression expression) {
        return switch (expression) {
            case Expression.Letter _ -> false;
            case Expression.Literal(String text) -> text.isEmpty();
            case Expression.Sequence(List<Expression> parts) -> parts.stream().allMatch(this::nullable);
            case Expression.Choice(List<Expression> options) -> options.stream().anyMatch(this::nullable);
            case Expression.Repeat(Expression part, int min, int _) -> min == 0 || nullable(part);
            case Expression.Rule(String name) -> nullable.contains(name);
        };
    }

    private void visit(String rule) {
        if (done.contains(rule) || !rules.containsKey(rule)) {
            return;
        }
        if (!path.add(rule)) {
            throw new GrammarException("the rule \"" + rule
                    + "\" may begin with itself (left recursion); put what it repeats" + " behind, as in a ::= b a");
        }
        visitBeginnings(rules.get(rule));
        path.remove(rule);
        done.add(rule);
    }

    private void visitBeginnings(Expression expression) {
        switch (expression) {
            case Expression.Letter _, Expression.Literal _ -> {}
            case Expression.Sequence(List<Expression> parts) -> {
                for (Expression part : parts) {
                    visitBeginnings(part);
                    if (!nullable(part)) {
                        return;
                    }
                }
            }
            case Expression.Choice(List<Expression> options) -> options.forEach(this::visitBeginnings);
            case Expression.Repeat(Expression part, int _, int _) -> visitBeginnings(part);
            case Expression.Rule(String name) -> visit(name);
        }
    }
}
