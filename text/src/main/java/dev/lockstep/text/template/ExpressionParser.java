package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parses expressions by binding power (Pratt). Loosest first: inline if, or, and, not, comparisons, {@code + -},
 * {@code ~}, {@code * / // %}, {@code **} (which groups to the left, as in Jinja), signs; filters and tests bind as
 * tightly as subscripts.
 */
final class ExpressionParser {
    private static final int OR = 1;
    private static final int AND = 2;
    private static final int NOT = 3;
    private static final int COMPARISON = 4;
    private static final int SUM = 5;
    private static final int CONCATENATION = 6;
    private static final int PRODUCT = 7;
    private static final int POWER = 8;

    private final TokenStream stream;
    private final PrimaryParser primaries;
    private final Set<String> namesRead = new HashSet<>();

    ExpressionParser(TokenStream stream) {
        this.stream = stream;
        this.primaries = new PrimaryParser(stream, this);
    }

    /** Names that were read since the last call; tells a macro whether its body mentions {@code caller}. */
    Set<String> takeNamesRead() {
        Set<String> names = Set.copyOf(namesRead);
        namesRead.clear();
        return names;
    }

    void noteRead(String name) {
        namesRead.add(name);
    }

    /** One expression, or several with commas between them, which make a tuple. */
    Expression tuple(boolean withInlineIf) {
        Token start = stream.current();
        Expression first = withInlineIf ? expression() : binary(OR);
        if (!stream.current().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (stream.skipOperator(",") && !endsTuple(stream.current())) {
            items.add(withInlineIf ? expression() : binary(OR));
        }
        return new Expression.TupleLiteral(items, start.position());
    }

    private static boolean endsTuple(Token token) {
        return token.kind() == Token.Kind.VARIABLE_END || token.kind() == Token.Kind.BLOCK_END || token.isOperator(")");
    }

    Expression expression() {
        stream.enter();
        Expression value = binary(OR);
        while (stream.current().isName("if")) {
            Position position = stream.next().position();
            Expression condition = binary(OR);
            Expression otherwise = stream.skipName("else")
                    ? expression()
                    : new Expression.Literal(
                            new Value.Undefined(
                                    "the inline if-expression has no else section and its condition is false"),
                            position);
            value = new Expression.Conditional(condition, value, otherwise, position);
        }
        stream.leave();
        return value;
    }

    /** Without inline if, as in the head of a for. */
    Expression withoutInlineIf() {
        return binary(OR);
    }

    private Expression binary(int minimum) {
        stream.enter();
        Expression left = minimum <= NOT && stream.current().isName("not") ? negation() : unary(true);
        while (true) {
            Token operator = stream.current();
            int power = power(operator);
            if (power < minimum) {
                stream.leave();
                return left;
            }
            left = switch (power) {
                case OR -> new Expression.Or(left, operand(OR), operator.position());
                case AND -> new Expression.And(left, operand(AND), operator.position());
                case COMPARISON -> comparison(left);
                case CONCATENATION -> concatenation(left);
                default -> new Expression.Binary(arithmetic(operator), left, operand(power), operator.position());
            };
        }
    }

    private Expression negation() {
        Position position = stream.next().position();
        return new Expression.Not(binary(NOT), position);
    }

    private Expression operand(int power) {
        stream.next();
        return binary(power + 1);
    }

    private int power(Token token) {
        return switch (token.kind()) {
            case NAME ->
                switch (token.text()) {
                    case "or" -> OR;
                    case "and" -> AND;
                    case "in" -> COMPARISON;
                    case "not" -> stream.lookAhead().isName("in") ? COMPARISON : 0;
                    default -> 0;
                };
            case OPERATOR ->
                switch (token.text()) {
                    case "==", "!=", "<", "<=", ">", ">=" -> COMPARISON;
                    case "+", "-" -> SUM;
                    case "~" -> CONCATENATION;
                    case "*", "/", "//", "%" -> PRODUCT;
                    case "**" -> POWER;
                    default -> 0;
                };
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, STRING, INTEGER, FLOAT, END -> 0;
        };
    }

    private Expression comparison(Expression first) {
        Position position = stream.current().position();
        List<Expression.Operand> rest = new ArrayList<>();
        while (power(stream.current()) == COMPARISON) {
            Position relationPosition = stream.current().position();
            Relation relation = relation();
            rest.add(new Expression.Operand(relation, binary(COMPARISON + 1), relationPosition));
        }
        return new Expression.Comparison(first, rest, position);
    }

    private Relation relation() {
        String symbol = stream.next().text();
        if (symbol.equals("not")) {
            stream.next();
            return Relation.NOT_IN;
        }
        for (Relation relation : Relation.values()) {
            if (relation.symbol().equals(symbol)) {
                return relation;
            }
        }
        throw new AssertionError(symbol);
    }

    private Expression concatenation(Expression first) {
        Position position = stream.current().position();
        List<Expression> operands = new ArrayList<>(List.of(first));
        while (stream.skipOperator("~")) {
            operands.add(binary(CONCATENATION + 1));
        }
        return new Expression.Concatenation(operands, position);
    }

    private static Operator arithmetic(Token token) {
        for (Operator operator : Operator.values()) {
            if (token.isOperator(operator.symbol())) {
                return operator;
            }
        }
        throw new AssertionError(token.text());
    }

    private Expression unary(boolean withFilters) {
        Token token = stream.current();
        Expression value;
        if (token.isOperator("-") || token.isOperator("+")) {
            stream.enter();
            stream.next();
            value = new Expression.Sign(token.isOperator("-"), unary(false), token.position());
            stream.leave();
        } else {
            value = primaries.primary();
        }
        value = primaries.postfix(value);
        return withFilters ? filtersAndTests(value) : value;
    }

    private Expression filtersAndTests(Expression input) {
        Expression value = input;
        while (true) {
            if (stream.skipOperator("|")) {
                value = new Expression.Filtered(value, filter());
            } else if (stream.skipName("is")) {
                value = test(value);
            } else if (stream.current().isOperator("(")) {
                value = primaries.invocation(value);
            } else {
                return value;
            }
        }
    }

    /** A filter after its bar. */
    Expression.Use filter() {
        Position position = stream.current().position();
        String name = dottedName("the name of a filter");
        return new Expression.Use(name, stream.current().isOperator("(") ? arguments() : noArguments(), position);
    }

    private Expression test(Expression input) {
        Position position = stream.current().position();
        boolean negated = stream.skipName("not");
        Expression.Use use = testUse();
        Expression tested = new Expression.Tested(input, use);
        return negated ? new Expression.Not(tested, position) : tested;
    }

    private Expression.Use testUse() {
        Position position = stream.current().position();
        String name = dottedName("the name of a test");
        Token token = stream.current();
        if (token.isOperator("(")) {
            return new Expression.Use(name, arguments(), position);
        }
        boolean argumentFollows = switch (token.kind()) {
            case NAME -> !Set.of("else", "or", "and").contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> Set.of("[", "{").contains(token.text());
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
        if (!argumentFollows) {
            return new Expression.Use(name, noArguments(), position);
        }
        if (token.isName("is")) {
            throw TokenStream.error(token, "tests cannot be chained with 'is'; join them with 'and'");
        }
        Expression argument = primaries.postfix(primaries.primary());
        return new Expression.Use(name, new Expression.CallArguments(List.of(argument), Map.of()), position);
    }

    private String dottedName(String what) {
        StringBuilder name =
                new StringBuilder(stream.expect(Token.Kind.NAME, what).text());
        while (stream.skipOperator(".")) {
            name.append('.').append(stream.expect(Token.Kind.NAME, what).text());
        }
        return name.toString();
    }

    private static Expression.CallArguments noArguments() {
        return Expression.CallArguments.NONE;
    }

    /** Arguments in parentheses; the cursor stands at the opening one. */
    Expression.CallArguments arguments() {
        stream.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!stream.current().isOperator(")")) {
            if (!positional.isEmpty() || !named.isEmpty()) {
                stream.expectOperator(",");
                if (stream.current().isOperator(")")) {
                    break;
                }
            }
            argument(positional, named);
        }
        stream.expectOperator(")");
        return new Expression.CallArguments(positional, named);
    }

    private void argument(List<Expression> positional, Map<String, Expression> named) {
        Token token = stream.current();
        if (token.isOperator("*") || token.isOperator("**")) {
            throw TokenStream.error(token, "unpacking arguments with " + token.described() + " is not supported");
        }
        if (token.kind() == Token.Kind.NAME && stream.lookAhead().isOperator("=")) {
            stream.next();
            stream.next();
            if (named.put(token.text(), expression()) != null) {
                throw TokenStream.error(token, "the argument '" + token.text() + "' is given twice");
            }
        } else if (named.isEmpty()) {
            positional.add(expression());
        } else {
            throw TokenStream.error(token, "a positional argument cannot follow a named one");
        }
    }
}
