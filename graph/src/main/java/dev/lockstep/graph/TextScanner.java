package dev.lockstep.graph;

import java.util.function.Predicate;

/** Cuts the text form of a graph into symbols, words, numbers and names, and knows where it is. */
final class TextScanner {
    private static final int HEX_DIGITS = 4;

    private final String text;
    private int at;
    private int tokenStart;

    TextScanner(String text) {
        this.text = text;
    }

    boolean atEnd() {
        skipSpace();
        return at == text.length();
    }

    /** Consumes a symbol if it comes next. */
    boolean accept(String symbol) {
        int end = at;
        int start = tokenStart;
        skipSpace();
        if (!text.startsWith(symbol, at)) {
            at = end;
            tokenStart = start;
            return false;
        }
        at += symbol.length();
        return true;
    }

    void expect(String symbol) {
        if (!accept(symbol)) {
            skipSpace();
            throw failure("expected " + symbol);
        }
    }

    /** Consumes exactly this word. */
    void expectWord(String word) {
        if (!word("the word " + word).equals(word)) {
            throw failure("expected the word " + word);
        }
    }

    /** @param what for the message if no word comes next */
    String word(String what) {
        return take(what, c -> Character.isLetterOrDigit(c) || c == '_');
    }

    int integer() {
        String digits = take("an integer", c -> c >= '0' && c <= '9');
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException tooLarge) {
            throw failure(digits + " is too large");
        }
    }

    float floatNumber() {
        String number = number();
        try {
            return Float.parseFloat(number);
        } catch (NumberFormatException invalid) {
            throw failure(number + " is not a number");
        }
    }

    double doubleNumber() {
        String number = number();
        try {
            return Double.parseDouble(number);
        } catch (NumberFormatException invalid) {
            throw failure(number + " is not a number");
        }
    }

    /** A name in double quotes. */
    String quoted() {
        expect("\"");
        StringBuilder name = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) >= ' ') {
            char c = text.charAt(at++);
            name.append(c == '\\' ? escaped() : c);
        }
        if (!text.startsWith("\"", at)) {
            throw failure("the name has no closing quote");
        }
        at++;
        return name.toString();
    }

    private char escaped() {
        if (at < text.length() && text.charAt(at) != 'u') {
            return text.charAt(at++);
        }
        at++;
        if (at + HEX_DIGITS > text.length()) {
            throw failure("the name ends within an escape");
        }
        try {
            char c = (char) Integer.parseUnsignedInt(text, at, at + HEX_DIGITS, 16);
            at += HEX_DIGITS;
            return c;
        } catch (NumberFormatException invalid) {
            throw failure("\\u needs four hexadecimal digits");
        }
    }

    /** A failure at the token that was read last, or that should have been there. */
    GraphException failure(String message) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < tokenStart; i++) {
            boolean newLine = text.charAt(i) == '\n';
            line += newLine ? 1 : 0;
            column = newLine ? 1 : column + 1;
        }
        return new GraphException("line %d, column %d: %s".formatted(line, column, message));
    }

    private String number() {
        return take("a number", c -> Character.isLetterOrDigit(c) || c == '.' || c == '-' || c == '+');
    }

    private String take(String what, Predicate<Character> part) {
        skipSpace();
        while (at < text.length() && part.test(text.charAt(at))) {
            at++;
        }
        if (at == tokenStart) {
            throw failure("expected " + what);
        }
        return text.substring(tokenStart, at);
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        tokenStart = at;
    }
}
