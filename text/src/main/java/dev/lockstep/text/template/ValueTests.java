package dev.lockstep.text.template;

import java.util.Map;
import java.util.function.Predicate;

/** What can stand after {@code is}. */
final class ValueTests {
    private static final Map<String, Builtin> TABLE = Builtin.table(
            on("defined", value -> !(value instanceof Value.Undefined)),
            on("undefined", value -> value instanceof Value.Undefined),
            on("none", value -> value instanceof Value.None),
            on("boolean", value -> value instanceof Value.Bool),
            on("true", value -> value instanceof Value.Bool(boolean bool) && bool),
            on("false", value -> value instanceof Value.Bool(boolean bool) && !bool),
            on("integer", value -> value instanceof Value.Int),
            on("float", value -> value instanceof Value.Real),
            on("number", Numbers::isNumber),
            on("string", value -> value instanceof Value.Text),
            on("mapping", value -> value instanceof Value.Dict),
            on("sequence", ValueTests::isSequence),
            on("iterable", ValueTests::isIterable),
            on("callable", value -> value instanceof Value.Function || value instanceof Value.Undefined),
            Builtin.of("lower", "", call -> Value.of(TextEdit.hasOnlyCase(call.subjectText(), false))),
            Builtin.of("upper", "", call -> Value.of(TextEdit.hasOnlyCase(call.subjectText(), true))),
            Builtin.of("even", "", call -> remainder(call.subject(), new Value.Int(2), 0)),
            Builtin.of("odd", "", call -> remainder(call.subject(), new Value.Int(2), 1)),
            Builtin.of("divisibleby", "num", call -> remainder(call.subject(), call.value("num"), 0)),
            Builtin.of("sameas", "other", call -> Value.of(same(call.subject(), call.value("other"), call.budget()))),
            Builtin.of(
                    "filter",
                    "",
                    call -> Value.of(call.subject() instanceof Value.Text(String name) && Filters.exists(name))),
            Builtin.of("test", "", call -> Value.of(call.subject() instanceof Value.Text(String name) && exists(name))),
            relation("eq", Relation.EQUAL),
            relation("equalto", Relation.EQUAL),
            relation("==", Relation.EQUAL),
            relation("ne", Relation.NOT_EQUAL),
            relation("!=", Relation.NOT_EQUAL),
            relation("lt", Relation.LESS),
            relation("lessthan", Relation.LESS),
            relation("<", Relation.LESS),
            relation("le", Relation.LESS_OR_EQUAL),
            relation("<=", Relation.LESS_OR_EQUAL),
            relation("gt", Relation.GREATER),
            relation("greaterthan", Relation.GREATER),
            relation(">", Relation.GREATER),
            relation("ge", Relation.GREATER_OR_EQUAL),
            relation(">=", Relation.GREATER_OR_EQUAL),
            relation("in", Relation.IN));

    private ValueTests() {}

    static boolean passes(String name, Value value, Arguments arguments, Budget budget) {
        Builtin test = TABLE.get(name);
        if (test == null) {
            throw new Fault("there is no test named '" + name + "'");
        }
        return test.apply(value, arguments, budget).truthy();
    }

    private static boolean exists(String name) {
        return TABLE.containsKey(name);
    }

    private static Builtin on(String name, Predicate<Value> test) {
        return Builtin.of(name, "", call -> Value.of(test.test(call.subject())));
    }

    private static Builtin relation(String name, Relation relation) {
        return Builtin.of(
                name,
                "other",
                call -> Value.of(Comparisons.holds(relation, call.subject(), call.value("other"), call.budget())));
    }

    private static Value remainder(Value value, Value divisor, long wanted) {
        if (value instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
        return Value.of(Numbers.real(Numbers.arithmetic(Operator.MODULO, value, divisor)) == wanted);
    }

    private static boolean isSequence(Value value) {
        return switch (value) {
            case Value.Text _, Value.Dict _, Value.Undefined _ -> true;
            case Value.Sequence sequence -> sequence.kind().indexable();
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _, Value.Function _, Value.Special _ -> false;
        };
    }

    private static boolean isIterable(Value value) {
        return isSequence(value) || value instanceof Value.Sequence;
    }

    /** Identity; simple values are the same if they are equal and of one type. */
    private static boolean same(Value left, Value right, Budget budget) {
        return switch (left) {
            case Value.Sequence _, Value.Dict _ -> left == right;
            default -> left.getClass() == right.getClass() && Comparisons.equal(left, right, budget);
        };
    }
}
