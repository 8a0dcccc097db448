package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Parses a template into statements. */
final class Parser {
    private final TokenStream stream;
    private final ExpressionParser expressions;
    private final TargetParser targets;
    private int loops;

    private Parser(List<Token> tokens) {
        stream = new TokenStream(tokens);
        expressions = new ExpressionParser(stream);
        targets = new TargetParser(stream);
    }

    static List<Statement> parse(String template) {
        Parser parser = new Parser(Lexer.tokens(template));
        return parser.statements(Set.of(), null);
    }

    /** A body and the closing tag, up to its name; {@code opening} is the token that the closing tag belongs to. */
    private List<Statement> statements(Set<String> closing, @org.jspecify.annotations.Nullable Token opening) {
        stream.enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = stream.next();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Data(token.text(), token.position()));
                case VARIABLE_BEGIN -> {
                    statements.add(new Statement.Print(expressions.tuple(true), token.position()));
                    stream.expect(Token.Kind.VARIABLE_END, "'}}'");
                }
                case BLOCK_BEGIN -> {
                    if (stream.current().kind() == Token.Kind.NAME
                            && closing.contains(stream.current().text())) {
                        stream.leave();
                        return statements;
                    }
                    statements.add(statement());
                    endTag();
                }
                case END -> {
                    if (opening != null) {
                        throw TokenStream.error(
                                opening,
                                "this '" + opening.text() + "' is never closed; add '{% "
                                        + closing.stream()
                                                .filter(name -> name.startsWith("end"))
                                                .findFirst()
                                                .orElseThrow()
                                        + " %}'");
                    }
                    stream.leave();
                    return statements;
                }
                case VARIABLE_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR -> throw new AssertionError(token);
            }
        }
    }

    /** The rest of an opening tag, the body, and the closing tag up to its end. */
    private List<Statement> body(Token opening) {
        endTag();
        List<Statement> body = statements(Set.of("end" + opening.text()), opening);
        stream.next();
        return body;
    }

    private void endTag() {
        stream.expect(Token.Kind.BLOCK_END, "'%}'");
    }

    private Statement statement() {
        Token tag = stream.expect(Token.Kind.NAME, "the name of a tag");
        Position position = tag.position();
        return switch (tag.text()) {
            case "if" -> conditional(tag);
            case "for" -> loop(tag);
            case "set" -> set(tag);
            case "macro" -> new Statement.Define(macro(tag), position);
            case "call" -> call(tag);
            case "filter" -> {
                List<Expression.Use> filters = new ArrayList<>(List.of(expressions.filter()));
                filters.addAll(filters());
                yield new Statement.FilterBlock(filters, body(tag), position);
            }
            case "with" -> with(tag);
            case "generation" -> new Statement.Scoped(List.of(), body(tag), position);
            case "break" -> {
                requireLoop(tag);
                yield new Statement.Break(position);
            }
            case "continue" -> {
                requireLoop(tag);
                yield new Statement.Continue(position);
            }
            case "include", "import", "from", "extends", "block" ->
                throw TokenStream.error(
                        tag, "'" + tag.text() + "' is not supported: a chat template stands alone, in one piece");
            default -> throw TokenStream.error(tag, "unknown tag '" + tag.text() + "'");
        };
    }

    private void requireLoop(Token tag) {
        if (loops == 0) {
            throw TokenStream.error(tag, "'" + tag.text() + "' stands outside of a loop");
        }
    }

    private Statement conditional(Token tag) {
        List<Statement.Branch> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        while (true) {
            Expression condition = expressions.tuple(false);
            endTag();
            branches.add(new Statement.Branch(condition, statements(Set.of("elif", "else", "endif"), tag)));
            Token closing = stream.next();
            if (closing.isName("else")) {
                endTag();
                otherwise = statements(Set.of("endif"), tag);
                stream.next();
            }
            if (!closing.isName("elif")) {
                return new Statement.If(branches, otherwise, tag.position());
            }
        }
    }

    private Statement loop(Token tag) {
        Statement.Target target = targets.target();
        stream.expectName("in");
        Expression iterable = expressions.tuple(false);
        Expression filter =
                stream.skipName("if") ? expressions.expression() : new Expression.Literal(Value.TRUE, tag.position());
        if (stream.current().isName("recursive")) {
            throw TokenStream.error(
                    stream.current(), "recursive loops are not supported; use a macro that calls itself");
        }
        endTag();
        loops++;
        List<Statement> body = statements(Set.of("endfor", "else"), tag);
        loops--;
        List<Statement> otherwise = List.of();
        if (stream.next().isName("else")) {
            endTag();
            otherwise = statements(Set.of("endfor"), tag);
            stream.next();
        }
        return new Statement.For(target, iterable, filter, body, otherwise, tag.position());
    }

    private Statement set(Token tag) {
        Statement.Target target = targets.target();
        if (stream.skipOperator("=")) {
            return new Statement.Set(target, expressions.tuple(true), tag.position());
        }
        List<Expression.Use> filters = filters();
        return new Statement.SetBlock(target, filters, body(tag), tag.position());
    }

    private List<Expression.Use> filters() {
        List<Expression.Use> filters = new ArrayList<>();
        while (stream.skipOperator("|")) {
            filters.add(expressions.filter());
        }
        return filters;
    }

    private Statement with(Token tag) {
        List<Statement.Binding> bindings = new ArrayList<>();
        while (stream.current().kind() != Token.Kind.BLOCK_END) {
            if (!bindings.isEmpty()) {
                stream.expectOperator(",");
            }
            Statement.Target target = targets.single();
            stream.expectOperator("=");
            bindings.add(new Statement.Binding(target, expressions.expression()));
        }
        return new Statement.Scoped(bindings, body(tag), tag.position());
    }

    private Statement.Macro macro(Token tag) {
        Token name = stream.expect(Token.Kind.NAME, "the name of the macro");
        return macro(name.text(), parameters(), tag);
    }

    private Statement call(Token tag) {
        List<Statement.Parameter> parameters = stream.current().isOperator("(") ? parameters() : List.of();
        Token callee = stream.current();
        if (!(expressions.expression() instanceof Expression.Invocation invocation)) {
            throw TokenStream.error(callee, "'call' needs the call of a macro, as in {% call name() %}");
        }
        return new Statement.CallBlock(macro("caller", parameters, tag), invocation, tag.position());
    }

    /** The body of a macro: a function of its own, so loops around it cannot be left from inside. */
    private Statement.Macro macro(String name, List<Statement.Parameter> parameters, Token tag) {
        int outerLoops = loops;
        loops = 0;
        Set<String> readBefore = expressions.takeNamesRead();
        List<Statement> body = body(tag);
        Set<String> read = expressions.takeNamesRead();
        readBefore.forEach(expressions::noteRead);
        read.forEach(expressions::noteRead);
        loops = outerLoops;
        Set<String> implicit = new HashSet<>(Set.of("varargs", "kwargs", "caller"));
        implicit.retainAll(read);
        return new Statement.Macro(name, parameters, body, implicit);
    }

    private List<Statement.Parameter> parameters() {
        stream.expectOperator("(");
        List<Statement.Parameter> parameters = new ArrayList<>();
        Set<String> names = new HashSet<>();
        boolean defaults = false;
        while (!stream.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                stream.expectOperator(",");
            }
            Token token = stream.expect(Token.Kind.NAME, "the name of a parameter");
            if (!names.add(token.text())) {
                throw TokenStream.error(token, "the parameter '" + token.text() + "' is named twice");
            }
            if (!stream.current().isOperator("=") && defaults) {
                throw TokenStream.error(token, "a parameter without a default cannot follow one with a default");
            }
            defaults = stream.skipOperator("=");
            Expression otherwise = defaults
                    ? expressions.expression()
                    : new Expression.Literal(
                            new Value.Undefined("parameter '" + token.text() + "' was not provided"), token.position());
            parameters.add(new Statement.Parameter(token.text(), otherwise));
        }
        return parameters;
    }
}
