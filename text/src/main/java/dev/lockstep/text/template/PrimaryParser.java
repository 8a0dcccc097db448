package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.List;

/** Parses literals, names, brackets, and what follows them directly: attributes, subscripts, slices, calls. */
final class PrimaryParser {
    private final TokenStream stream;
    private final ExpressionParser expressions;

    PrimaryParser(TokenStream stream, ExpressionParser expressions) {
        this.stream = stream;
        this.expressions = expressions;
    }

    Expression primary() {
        Token token = stream.current();
        return switch (token.kind()) {
            case NAME -> name();
            case STRING -> string();
            case INTEGER -> literal(integer(stream.next()), token);
            case FLOAT ->
                literal(new Value.Real(Double.parseDouble(stream.next().text())), token);
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> parentheses();
                    case "[" -> list();
                    case "{" -> dict();
                    default -> throw stream.unexpected("an expression");
                };
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END ->
                throw stream.unexpected("an expression");
        };
    }

    private static Expression literal(Value value, Token token) {
        return new Expression.Literal(value, token.position());
    }

    private Expression name() {
        Token token = stream.next();
        return switch (token.text()) {
            case "true", "True" -> literal(Value.TRUE, token);
            case "false", "False" -> literal(Value.FALSE, token);
            case "none", "None" -> literal(Value.NONE, token);
            default -> {
                expressions.noteRead(token.text());
                yield new Expression.Name(token.text(), token.position());
            }
        };
    }

    /** Strings that stand side by side are one string. */
    private Expression string() {
        Token token = stream.next();
        StringBuilder text = new StringBuilder(token.text());
        while (stream.current().kind() == Token.Kind.STRING) {
            text.append(stream.next().text());
        }
        return literal(new Value.Text(text.toString()), token);
    }

    private static Value integer(Token token) {
        String text = token.text();
        int radix = text.length() < 2
                ? 10
                : switch (text.charAt(1)) {
                    case 'x', 'X' -> 16;
                    case 'o', 'O' -> 8;
                    case 'b', 'B' -> 2;
                    default -> 10;
                };
        try {
            return new Value.Int(Long.parseLong(radix == 10 ? text : text.substring(2), radix));
        } catch (NumberFormatException e) {
            throw TokenStream.error(token, "this number does not fit into 64 bits");
        }
    }

    private Expression parentheses() {
        Token open = stream.next();
        if (stream.skipOperator(")")) {
            return new Expression.TupleLiteral(List.of(), open.position());
        }
        Expression inner = expressions.tuple(true);
        stream.expectOperator(")");
        return inner;
    }

    private Expression list() {
        Token open = stream.next();
        List<Expression> items = new ArrayList<>();
        while (!stream.skipOperator("]")) {
            if (!items.isEmpty()) {
                stream.expectOperator(",");
                if (stream.skipOperator("]")) {
                    break;
                }
            }
            items.add(expressions.expression());
        }
        return new Expression.ListLiteral(items, open.position());
    }

    private Expression dict() {
        Token open = stream.next();
        List<Expression.Entry> entries = new ArrayList<>();
        while (!stream.skipOperator("}")) {
            if (!entries.isEmpty()) {
                stream.expectOperator(",");
                if (stream.skipOperator("}")) {
                    break;
                }
            }
            Expression key = expressions.expression();
            stream.expectOperator(":");
            entries.add(new Expression.Entry(key, expressions.expression()));
        }
        return new Expression.DictLiteral(entries, open.position());
    }

    Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            Token token = stream.current();
            if (token.isOperator(".")) {
                value = attribute(value);
            } else if (token.isOperator("[")) {
                value = subscript(value);
            } else if (token.isOperator("(")) {
                value = invocation(value);
            } else {
                return value;
            }
        }
    }

    Expression.Invocation invocation(Expression callee) {
        Position position = stream.current().position();
        return new Expression.Invocation(callee, expressions.arguments(), position);
    }

    private Expression attribute(Expression subject) {
        stream.next();
        Token token = stream.current();
        return switch (token.kind()) {
            case NAME -> new Expression.Attribute(subject, stream.next().text(), token.position());
            case INTEGER -> new Expression.Subscript(subject, literal(integer(stream.next()), token), token.position());
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, STRING, FLOAT, OPERATOR, END ->
                throw stream.unexpected("a name or a number after '.'");
        };
    }

    private Expression subscript(Expression subject) {
        Position position = stream.next().position();
        Expression none = new Expression.Literal(Value.NONE, position);
        Expression start = none;
        if (!stream.current().isOperator(":")) {
            start = expressions.expression();
            if (!stream.current().isOperator(":")) {
                stream.expectOperator("]");
                return new Expression.Subscript(subject, start, position);
            }
        }
        stream.expectOperator(":");
        Expression stop = bound(none);
        Expression step = stream.skipOperator(":") ? bound(none) : none;
        stream.expectOperator("]");
        return new Expression.Slice(subject, start, stop, step, position);
    }

    private Expression bound(Expression none) {
        Token token = stream.current();
        return token.isOperator(":") || token.isOperator("]") ? none : expressions.expression();
    }
}
