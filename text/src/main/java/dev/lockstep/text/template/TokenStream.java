package dev.lockstep.text.template;

import java.util.List;

/** A cursor over tokens, shared by the parsers of statements and expressions; counts how deep they nest. */
final class TokenStream {
    private static final int MAX_NESTING = 150;

    private final List<Token> tokens;
    private int at;
    private int nesting;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    Token lookAhead() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        if (token.kind() != Token.Kind.END) {
            at++;
        }
        return token;
    }

    boolean skipOperator(String operator) {
        boolean found = current().isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipName(String name) {
        boolean found = current().isName(name);
        if (found) {
            next();
        }
        return found;
    }

    Token expect(Token.Kind kind, String what) {
        if (current().kind() != kind) {
            throw unexpected(what);
        }
        return next();
    }

    Token expectOperator(String operator) {
        if (!current().isOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
        return next();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    void enter() {
        if (++nesting > MAX_NESTING) {
            throw error(current(), "the template nests more than " + MAX_NESTING + " levels deep; simplify it");
        }
    }

    void leave() {
        nesting--;
    }

    TemplateException unexpected(String expected) {
        return error(current(), "expected " + expected + ", found " + current().described());
    }

    static TemplateException error(Token token, String sentence) {
        return TemplateException.at(token.position(), sentence);
    }
}
