package dev.lockstep.text.template;

import java.util.List;
import java.util.Map;

/** The expressions of the language. The position is where an error of this very operation is reported. */
sealed interface Expression {
    Position position();

    record Literal(Value value, Position position) implements Expression {}

    record Name(String name, Position position) implements Expression {}

    record ListLiteral(List<Expression> items, Position position) implements Expression {}

    record TupleLiteral(List<Expression> items, Position position) implements Expression {}

    record DictLiteral(List<Entry> entries, Position position) implements Expression {}

    record Attribute(Expression subject, String name, Position position) implements Expression {}

    record Subscript(Expression subject, Expression key, Position position) implements Expression {}

    /** A missing bound is the literal none, as in Python. */
    record Slice(Expression subject, Expression start, Expression stop, Expression step, Position position)
            implements Expression {}

    record Invocation(Expression callee, CallArguments arguments, Position position) implements Expression {}

    record Filtered(Expression input, Use filter) implements Expression {
        @Override
        public Position position() {
            return filter.position();
        }
    }

    record Tested(Expression input, Use test) implements Expression {
        @Override
        public Position position() {
            return test.position();
        }
    }

    record Not(Expression operand, Position position) implements Expression {}

    record Sign(boolean negative, Expression operand, Position position) implements Expression {}

    record Binary(Operator operator, Expression left, Expression right, Position position) implements Expression {}

    /** {@code a ~ b ~ c}: the operands as they print, joined. */
    record Concatenation(List<Expression> operands, Position position) implements Expression {}

    record And(Expression left, Expression right, Position position) implements Expression {}

    record Or(Expression left, Expression right, Position position) implements Expression {}

    record Comparison(Expression first, List<Operand> rest, Position position) implements Expression {}

    record Conditional(Expression condition, Expression then, Expression otherwise, Position position)
            implements Expression {}

    record Entry(Expression key, Expression value) {}

    record Operand(Relation relation, Expression value, Position position) {}

    record CallArguments(List<Expression> positional, Map<String, Expression> named) {
        static final CallArguments NONE = new CallArguments(List.of(), Map.of());
    }

    /** A filter or a test with its arguments. */
    record Use(String name, CallArguments arguments, Position position) {}
}
