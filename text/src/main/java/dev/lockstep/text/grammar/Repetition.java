package dev.lockstep.text.grammar;

/** The sign behind what is repeated, {@code * + ? {n} {n,} {n,m}}, which regular expressions and GBNF share. */
final class Repetition {
    private Repetition() {}

    /** The expression with the sign that follows it, if there is one. */
    static Expression read(Scanner in, Expression part) {
        if (in.take("*")) {
            return Expression.anyNumber(part);
        } else if (in.take("+")) {
            return new Expression.Repeat(part, 1, Expression.UNLIMITED);
        } else if (in.take("?")) {
            return Expression.optional(part);
        }
        return in.peek() == '{' ? counted(in, part) : part;
    }

    private static Expression counted(Scanner in, Expression part) {
        in.expect("{");
        int min = in.peek() == ',' ? 0 : in.number();
        int max = min;
        if (in.take(",")) {
            max = in.peek() == '}' ? Expression.UNLIMITED : in.number();
        }
        in.expect("}");
        if (max != Expression.UNLIMITED && max < min) {
            throw in.wrong("a repetition has more at least than at most");
        }
        return new Expression.Repeat(part, min, max);
    }
}
