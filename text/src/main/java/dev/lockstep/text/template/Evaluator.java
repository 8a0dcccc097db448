package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Computes the values of expressions, and gives every failure the place of the innermost expression around it. */
final class Evaluator {
    private final Budget budget;

    Evaluator(Budget budget) {
        this.budget = budget;
    }

    Value evaluate(Expression expression, Scope scope) {
        try {
            budget.spend(1);
            budget.enter();
            Value value = compute(expression, scope);
            budget.leave();
            return value;
        } catch (Fault fault) {
            throw fault.at(expression.position());
        }
    }

    private Value compute(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.look(name.name());
            case Expression.ListLiteral list -> Value.list(all(list.items(), scope));
            case Expression.TupleLiteral tuple -> new Value.Sequence(Value.Kind.TUPLE, all(tuple.items(), scope));
            case Expression.DictLiteral dict -> dict(dict, scope);
            case Expression.Attribute attribute ->
                Access.attribute(evaluate(attribute.subject(), scope), attribute.name(), budget);
            case Expression.Subscript subscript ->
                Access.item(evaluate(subscript.subject(), scope), evaluate(subscript.key(), scope), budget);
            case Expression.Slice slice ->
                Sequences.slice(
                        evaluate(slice.subject(), scope),
                        evaluate(slice.start(), scope),
                        evaluate(slice.stop(), scope),
                        evaluate(slice.step(), scope),
                        budget);
            case Expression.Invocation invocation ->
                invoke(invocation, arguments(invocation.arguments(), scope), scope);
            case Expression.Filtered filtered -> filter(filtered.filter(), evaluate(filtered.input(), scope), scope);
            case Expression.Tested tested ->
                Value.of(ValueTests.passes(
                        tested.test().name(),
                        evaluate(tested.input(), scope),
                        arguments(tested.test().arguments(), scope),
                        budget));
            case Expression.Not not -> Value.of(!evaluate(not.operand(), scope).truthy());
            case Expression.Sign sign -> sign(sign.negative(), evaluate(sign.operand(), scope));
            case Expression.Binary binary ->
                Arithmetic.apply(
                        binary.operator(), evaluate(binary.left(), scope), evaluate(binary.right(), scope), budget);
            case Expression.Concatenation concatenation -> concatenate(concatenation, scope);
            case Expression.And and -> {
                Value left = evaluate(and.left(), scope);
                yield left.truthy() ? evaluate(and.right(), scope) : left;
            }
            case Expression.Or or -> {
                Value left = evaluate(or.left(), scope);
                yield left.truthy() ? left : evaluate(or.right(), scope);
            }
            case Expression.Comparison comparison -> Value.of(compare(comparison, scope));
            case Expression.Conditional conditional ->
                evaluate(
                        evaluate(conditional.condition(), scope).truthy()
                                ? conditional.then()
                                : conditional.otherwise(),
                        scope);
        };
    }

    private List<Value> all(List<Expression> expressions, Scope scope) {
        budget.spendElements(expressions.size() + 1L);
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Value dict(Expression.DictLiteral literal, Scope scope) {
        budget.spendElements(2L * literal.entries().size() + 1);
        Map<Value, Value> entries = new LinkedHashMap<>();
        Value.Dict dict = new Value.Dict(entries);
        for (Expression.Entry entry : literal.entries()) {
            Value key = evaluate(entry.key(), scope);
            dict.lookUp(key);
            entries.put(key, evaluate(entry.value(), scope));
        }
        return dict;
    }

    private Arguments arguments(Expression.CallArguments arguments, Scope scope) {
        List<Value> positional = new ArrayList<>();
        for (Expression argument : arguments.positional()) {
            positional.add(evaluate(argument, scope));
        }
        Map<String, Value> named = new LinkedHashMap<>();
        for (Map.Entry<String, Expression> argument : arguments.named().entrySet()) {
            named.put(argument.getKey(), evaluate(argument.getValue(), scope));
        }
        return new Arguments(positional, named);
    }

    /** Calls the function; the evaluated arguments come apart so that a call block can add its caller. */
    Value invoke(Expression.Invocation invocation, Arguments arguments, Scope scope) {
        return switch (evaluate(invocation.callee(), scope)) {
            case Value.Function function -> function.body().call(arguments);
            case Value.Undefined undefined -> throw undefined.fault();
            case Value other -> throw new Fault("a value of type " + other.typeName() + " cannot be called");
        };
    }

    Value invokeWithCaller(Expression.Invocation invocation, Value.Function caller, Scope scope) {
        Arguments written = arguments(invocation.arguments(), scope);
        Map<String, Value> named = new LinkedHashMap<>(written.named());
        named.put("caller", caller);
        try {
            return invoke(invocation, new Arguments(written.positional(), named), scope);
        } catch (Fault fault) {
            throw fault.at(invocation.position());
        }
    }

    Value filter(Expression.Use filter, Value input, Scope scope) {
        try {
            return Filters.apply(filter.name(), input, arguments(filter.arguments(), scope), budget);
        } catch (Fault fault) {
            throw fault.at(filter.position());
        }
    }

    private static Value sign(boolean negative, Value operand) {
        if (operand instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        return negative ? Numbers.negate(operand) : Numbers.arithmetic(Operator.ADD, new Value.Int(0), operand);
    }

    private Value concatenate(Expression.Concatenation concatenation, Scope scope) {
        List<String> parts = new ArrayList<>();
        for (Expression operand : concatenation.operands()) {
            parts.add(Printed.text(evaluate(operand, scope), budget));
        }
        return TextEdit.join(parts, "", budget);
    }

    private boolean compare(Expression.Comparison comparison, Scope scope) {
        Value left = evaluate(comparison.first(), scope);
        for (Expression.Operand operand : comparison.rest()) {
            Value right = evaluate(operand.value(), scope);
            try {
                if (!Comparisons.holds(operand.relation(), left, right, budget)) {
                    return false;
                }
            } catch (Fault fault) {
                throw fault.at(operand.position());
            }
            left = right;
        }
        return true;
    }
}
