package dev.lockstep.text.grammar;

import java.util.List;

/** What a rule of a grammar says. */
sealed interface Expression {
    Expression EMPTY = new Sequence(List.of());

    /** Says nothing at all: no text is possible. */
    Expression IMPOSSIBLE = new Choice(List.of());

    /** One character of a set. */
    record Letter(CodePoints set) implements Expression {}

    record Literal(String text) implements Expression {}

    record Sequence(List<Expression> parts) implements Expression {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    record Choice(List<Expression> options) implements Expression {
        public Choice {
            options = List.copyOf(options);
        }
    }

    /** @param max {@link #UNLIMITED} for any number */
    record Repeat(Expression part, int min, int max) implements Expression {}

    /** What the rule of that name says. */
    record Rule(String name) implements Expression {}

    int UNLIMITED = -1;

    static Expression sequence(Expression... parts) {
        return new Sequence(List.of(parts));
    }

    static Expression choice(Expression... options) {
        return new Choice(List.of(options));
    }

    static Expression optional(Expression part) {
        return new Repeat(part, 0, 1);
    }

    static Expression anyNumber(Expression part) {
        return new Repeat(part, 0, UNLIMITED);
    }
}
