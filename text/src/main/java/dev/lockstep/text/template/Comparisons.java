package dev.lockstep.text.template;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Equality, order and membership, as Python has them. */
final class Comparisons {
    private Comparisons() {}

    static boolean equal(Value left, Value right, Budget budget) {
        budget.spend(1);
        return switch (left) {
            case Value.Text(String text)
            when right instanceof Value.Text(String other) -> {
                budget.spend(text.length() == other.length() ? text.length() / 8 : 0);
                yield text.equals(other);
            }
            case Value.Int _, Value.Real _, Value.Bool _
            when Numbers.isNumber(right) -> !isNaN(left) && !isNaN(right) && order(left, right) == 0;
            case Value.None _ -> right instanceof Value.None;
            case Value.Undefined _ -> right instanceof Value.Undefined;
            case Value.Sequence sequence when right instanceof Value.Sequence other -> equal(sequence, other, budget);
            case Value.Dict(Map<Value, Value> entries)
            when right instanceof Value.Dict(Map<Value, Value> others) -> equal(entries, others, budget);
            case Value.Text _, Value.Int _, Value.Real _, Value.Bool _, Value.Sequence _, Value.Dict _ -> false;
            case Value.Function _, Value.Special _ -> left == right;
        };
    }

    private static boolean equal(Value.Sequence left, Value.Sequence right, Budget budget) {
        if (left.items() == right.items()) {
            return true;
        }
        if (left.kind() != right.kind()
                || left.items().size() != right.items().size()
                || !left.kind().indexable()) {
            return false;
        }
        budget.enter();
        boolean equal = true;
        for (int i = 0; equal && i < left.items().size(); i++) {
            equal = equal(left.items().get(i), right.items().get(i), budget);
        }
        budget.leave();
        return equal;
    }

    private static boolean equal(Map<Value, Value> left, Map<Value, Value> right, Budget budget) {
        if (left == right) {
            return true;
        }
        budget.enter();
        boolean equal = left.size() == right.size();
        for (Map.Entry<Value, Value> entry : left.entrySet()) {
            Value other = equal ? right.get(entry.getKey()) : null;
            equal = other != null && equal(entry.getValue(), other, budget);
        }
        budget.leave();
        return equal;
    }

    /** Negative, zero or positive; values without an order between them are refused. */
    static int compare(Value left, Value right, Relation relation, Budget budget) {
        budget.spend(1);
        if (left instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        if (right instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        if (left instanceof Value.Text(String text) && right instanceof Value.Text(String other)) {
            budget.spend(Math.min(text.length(), other.length()) / 8);
            return compareCodePoints(text, other);
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return order(left, right);
        }
        if (left instanceof Value.Sequence a
                && right instanceof Value.Sequence b
                && a.kind() == b.kind()
                && a.kind().indexable()) {
            return compare(a.items(), b.items(), relation, budget);
        }
        throw new Fault(
                "'" + relation.symbol() + "' is not defined between " + left.typeName() + " and " + right.typeName());
    }

    private static int compare(List<Value> left, List<Value> right, Relation relation, Budget budget) {
        budget.enter();
        int order = 0;
        for (int i = 0; order == 0 && i < Math.min(left.size(), right.size()); i++) {
            if (!equal(left.get(i), right.get(i), budget)) {
                order = compare(left.get(i), right.get(i), relation, budget);
            }
        }
        budget.leave();
        return order != 0 ? order : Integer.compare(left.size(), right.size());
    }

    private static int compareCodePoints(String left, String right) {
        int mismatch = 0;
        int shorter = Math.min(left.length(), right.length());
        while (mismatch < shorter && left.charAt(mismatch) == right.charAt(mismatch)) {
            mismatch++;
        }
        if (mismatch == shorter) {
            return Integer.compare(left.length(), right.length());
        }
        char a = left.charAt(mismatch);
        char b = right.charAt(mismatch);
        boolean surrogates = Character.isSurrogate(a) != Character.isSurrogate(b);
        return surrogates ? (Character.isSurrogate(a) ? 1 : -1) : Character.compare(a, b);
    }

    /** Exact, also between integers and floating-point numbers, so that sorting has one order. */
    private static int order(Value left, Value right) {
        if (left instanceof Value.Real || right instanceof Value.Real) {
            double a = Numbers.real(left);
            double b = Numbers.real(right);
            boolean finite = Double.isFinite(a) && Double.isFinite(b);
            return finite ? exact(left).compareTo(exact(right)) : Double.compare(a, b);
        }
        return Long.compare(Numbers.integer(left), Numbers.integer(right));
    }

    private static BigDecimal exact(Value number) {
        return number instanceof Value.Real(double real)
                ? new BigDecimal(real)
                : BigDecimal.valueOf(Numbers.integer(number));
    }

    private static boolean isNaN(Value value) {
        return value instanceof Value.Real(double real) && Double.isNaN(real);
    }

    static boolean holds(Relation relation, Value left, Value right, Budget budget) {
        return switch (relation) {
            case EQUAL -> equal(left, right, budget);
            case NOT_EQUAL -> !equal(left, right, budget);
            case LESS -> ordered(left, right) && compare(left, right, relation, budget) < 0;
            case LESS_OR_EQUAL -> ordered(left, right) && compare(left, right, relation, budget) <= 0;
            case GREATER -> ordered(left, right) && compare(left, right, relation, budget) > 0;
            case GREATER_OR_EQUAL -> ordered(left, right) && compare(left, right, relation, budget) >= 0;
            case IN -> contains(right, left, budget);
            case NOT_IN -> !contains(right, left, budget);
        };
    }

    private static boolean ordered(Value left, Value right) {
        return !(isNaN(left) && Numbers.isNumber(right)) && !(isNaN(right) && Numbers.isNumber(left));
    }

    static boolean contains(Value container, Value item, Budget budget) {
        return switch (container) {
            case Value.Text(String text) -> {
                if (item instanceof Value.Text(String part)) {
                    budget.spendSearch(text, part);
                    yield text.contains(part);
                }
                throw new Fault("only a string can be in a string, not " + item.typeName());
            }
            case Value.Dict dict -> dict.lookUp(item) != null;
            default -> {
                boolean found = false;
                for (Value candidate : Sequences.items(container, budget)) {
                    found = found || equal(candidate, item, budget);
                }
                yield found;
            }
        };
    }
}
