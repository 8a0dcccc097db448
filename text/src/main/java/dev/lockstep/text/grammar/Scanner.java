package dev.lockstep.text.grammar;

/** Reads the characters of a grammar one by one, and knows where it is. */
final class Scanner {
    private static final int END = -1;

    private final String what;
    private final String text;
    private int at;

    /** @param what is read, for messages: {@code regular expression} */
    Scanner(String what, String text) {
        this.what = what;
        this.text = text;
    }

    boolean atEnd() {
        return at >= text.length();
    }

    /** The next character, or -1 at the end. */
    int peek() {
        return atEnd() ? END : text.codePointAt(at);
    }

    int next() {
        int character = peek();
        if (character == END) {
            throw wrong("it ends too early");
        }
        at += Character.charCount(character);
        return character;
    }

    /** Skips a text if it is next. */
    boolean take(String expected) {
        if (text.startsWith(expected, at)) {
            at += expected.length();
            return true;
        }
        return false;
    }

    void expect(String expected) {
        if (!take(expected)) {
            throw wrong("there must be '" + expected + "'");
        }
    }

    /** A number without a sign. */
    int number() {
        long value = 0;
        int start = at;
        while (!atEnd() && Character.digit(text.charAt(at), 10) >= 0 && text.charAt(at) < 128) {
            value = value * 10 + text.charAt(at) - '0';
            at++;
            if (value > 100_000) {
                throw wrong("a number is larger than 100000");
            }
        }
        if (at == start) {
            throw wrong("there must be a number");
        }
        return (int) value;
    }

    /** The character of so many hexadecimal digits. */
    int hexadecimal(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = atEnd() ? -1 : Character.digit(text.charAt(at), 16);
            if (digit < 0) {
                throw wrong("there must be " + digits + " hexadecimal digits");
            }
            value = value * 16 + digit;
            at++;
        }
        if (value > CodePoints.LAST) {
            throw wrong("there is no such character");
        }
        return value;
    }

    int position() {
        return at;
    }

    void backTo(int position) {
        at = position;
    }

    GrammarException wrong(String complaint) {
        int line =
                1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
        int column = at - (text.lastIndexOf('\n', at - 1) + 1) + 1;
        return new GrammarException(
                "the " + what + " cannot be used: " + complaint + " (line " + line + ", column " + column + ")");
    }
}
