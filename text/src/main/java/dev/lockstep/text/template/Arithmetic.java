package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the binary operators do over all types: numbers, and joining and repeating of strings and lists. */
final class Arithmetic {
    private Arithmetic() {}

    static Value apply(Operator operator, Value left, Value right, Budget budget) {
        if (left instanceof Value.Text(String format) && operator == Operator.MODULO) {
            return budget.text(PercentFormat.format(format, right, budget));
        }
        if (left instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        if (right instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.arithmetic(operator, left, right);
        }
        if (operator == Operator.ADD) {
            return join(left, right, budget);
        }
        if (operator == Operator.MULTIPLY && isInteger(right)) {
            return repeat(left, right, budget);
        }
        if (operator == Operator.MULTIPLY && isInteger(left)) {
            return repeat(right, left, budget);
        }
        throw undefinedFor(operator, left, right);
    }

    private static boolean isInteger(Value value) {
        return value instanceof Value.Int || value instanceof Value.Bool;
    }

    private static Fault undefinedFor(Operator operator, Value left, Value right) {
        return new Fault(
                "'" + operator.symbol() + "' is not defined between " + left.typeName() + " and " + right.typeName());
    }

    private static Value join(Value left, Value right, Budget budget) {
        if (left instanceof Value.Text(String a) && right instanceof Value.Text(String b)) {
            budget.spend((long) a.length() + b.length());
            return new Value.Text(a + b);
        }
        if (left instanceof Value.Sequence a
                && right instanceof Value.Sequence b
                && a.kind() == b.kind()
                && joinable(a)) {
            budget.spend((long) a.items().size() + b.items().size());
            List<Value> items = new ArrayList<>(a.items());
            items.addAll(b.items());
            return new Value.Sequence(a.kind(), items);
        }
        if (left instanceof Value.Text || right instanceof Value.Text) {
            throw new Fault("'+' is not defined between " + left.typeName() + " and " + right.typeName()
                    + "; '~' joins values as text");
        }
        throw undefinedFor(Operator.ADD, left, right);
    }

    private static boolean joinable(Value.Sequence sequence) {
        return sequence.kind() == Value.Kind.LIST || sequence.kind() == Value.Kind.TUPLE;
    }

    private static Value repeat(Value repeated, Value times, Budget budget) {
        long count = Math.clamp(Numbers.integer(times), 0, Integer.MAX_VALUE);
        if (repeated instanceof Value.Text(String text)) {
            budget.spend(count * text.length());
            return new Value.Text(text.repeat(text.isEmpty() ? 0 : (int) count));
        }
        if (repeated instanceof Value.Sequence sequence && joinable(sequence)) {
            int size = sequence.items().size();
            budget.spend(count * size);
            List<Value> items = new ArrayList<>();
            Collections.nCopies(size == 0 ? 0 : (int) count, sequence.items()).forEach(items::addAll);
            return new Value.Sequence(sequence.kind(), items);
        }
        throw undefinedFor(Operator.MULTIPLY, repeated, times);
    }
}
