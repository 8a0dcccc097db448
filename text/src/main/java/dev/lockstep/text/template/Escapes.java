package dev.lockstep.text.template;

/** Backslash escapes of string literals, as in Python; an unknown escape stands for itself. */
final class Escapes {
    private Escapes() {}

    static String decode(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder out = new StringBuilder(literal.length());
        int i = 0;
        while (i < literal.length()) {
            char c = literal.charAt(i++);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escape = literal.charAt(i++);
            switch (escape) {
                case '\n' -> {}
                case '\\', '\'', '"' -> out.append(escape);
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'v' -> out.append('\u000b');
                case 'x' -> i = hexadecimal(literal, i, 2, out);
                case 'u' -> i = hexadecimal(literal, i, 4, out);
                case 'U' -> i = hexadecimal(literal, i, 8, out);
                case 'N' -> throw new Fault("\\N{...} escapes are not supported; write the character itself");
                case '0', '1', '2', '3', '4', '5', '6', '7' -> i = octal(literal, i - 1, out);
                default -> out.append('\\').append(escape);
            }
        }
        return out.toString();
    }

    private static int hexadecimal(String literal, int from, int digits, StringBuilder out) {
        int code = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = i < literal.length() ? Character.digit(literal.charAt(i), 16) : -1;
            if (digit < 0 || code > Character.MAX_CODE_POINT >> 4) {
                throw new Fault("the escape '\\" + literal.charAt(from - 1) + "' needs " + digits
                        + " hexadecimal digits that name a character");
            }
            code = code << 4 | digit;
        }
        if (!Character.isValidCodePoint(code)) {
            throw new Fault("the escape '\\U' names no character");
        }
        out.appendCodePoint(code);
        return from + digits;
    }

    private static int octal(String literal, int from, StringBuilder out) {
        int code = 0;
        int i = from;
        while (i < literal.length() && i < from + 3 && literal.charAt(i) >= '0' && literal.charAt(i) <= '7') {
            code = code << 3 | literal.charAt(i++) - '0';
        }
        out.append((char) code);
        return i;
    }
}
