package dev.lockstep.text.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens. Whitespace control happens here: a block tag eats the newline after it (trim_blocks) and
 * the blanks before it on its line (lstrip_blocks); {@code -} eats all whitespace on its side, {@code +} none.
 */
final class Lexer {
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");
    private static final Pattern RAW_BEGIN = Pattern.compile("\\{%[-+]?\\s*+raw\\s*+-?%}");
    private static final Pattern RAW_END = Pattern.compile("\\{%[-+]?\\s*+endraw\\s*+[-+]?%}");

    private final Source source;
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    /** Whether the text at the cursor starts a line, for lstrip_blocks. */
    private boolean lineStarting = true;

    private Lexer(String template) {
        source = new Source(template);
        text = source.text();
    }

    static List<Token> tokens(String template) {
        Lexer lexer = new Lexer(template);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < text.length()) {
            int tag = nextTag();
            data(tag);
            if (tag == text.length()) {
                break;
            }
            at = tag;
            if (text.startsWith("{#", tag)) {
                comment();
            } else if (startsRaw(tag)) {
                raw();
            } else {
                tag();
            }
        }
        add(Token.Kind.END, "", text.length());
    }

    private int nextTag() {
        for (int i = text.indexOf('{', at); i >= 0 && i + 1 < text.length(); i = text.indexOf('{', i + 1)) {
            char next = text.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return text.length();
    }

    /** Emits the text before a tag, stripped as the tag demands. */
    private void data(int tag) {
        int end = tag;
        char sign = tag + 2 < text.length() ? text.charAt(tag + 2) : ' ';
        if (tag < text.length() && sign == '-') {
            end = Whitespace.stripEnd(text, at, tag);
        } else if (tag < text.length() && sign != '+' && text.charAt(tag + 1) != '{') {
            int line = Math.max(at, text.lastIndexOf('\n', tag - 1) + 1);
            if ((line > at || lineStarting) && Whitespace.stripEnd(text, line, tag) == line) {
                end = line;
            }
        }
        if (end > at) {
            add(Token.Kind.DATA, text.substring(at, end), at);
        }
    }

    private void comment() {
        boolean stripsLeft = at + 2 < text.length() && (text.charAt(at + 2) == '-' || text.charAt(at + 2) == '+');
        int content = stripsLeft ? at + 3 : at + 2;
        int end = text.indexOf("#}", content);
        if (end < 0) {
            throw error(at, "this comment is never closed; add '#}'");
        }
        boolean signed = end > content && (text.charAt(end - 1) == '-' || text.charAt(end - 1) == '+');
        endTag(signed ? text.charAt(end - 1) : ' ', end + 2, true);
    }

    private boolean startsRaw(int tag) {
        return RAW_BEGIN.matcher(text).region(tag, text.length()).lookingAt();
    }

    private void raw() {
        int begin = at;
        Matcher open = RAW_BEGIN.matcher(text);
        open.region(at, text.length()).lookingAt();
        endTag(text.charAt(open.end() - 3), open.end(), false);
        Matcher close = RAW_END.matcher(text);
        if (!close.find(at)) {
            throw error(begin, "this raw block is never closed; add '{% endraw %}'");
        }
        data(close.start());
        endTag(text.charAt(close.end() - 3), close.end(), true);
    }

    /** Moves behind a tag and over the whitespace that it eats. */
    private void endTag(char sign, int end, boolean trimBlock) {
        at = end;
        if (sign == '-') {
            at = Whitespace.skip(text, at);
        } else if (trimBlock && sign != '+' && at < text.length() && text.charAt(at) == '\n') {
            at++;
        }
        lineStarting = text.charAt(at - 1) == '\n';
    }

    private void tag() {
        int begin = at;
        boolean block = text.charAt(at + 1) == '%';
        add(block ? Token.Kind.BLOCK_BEGIN : Token.Kind.VARIABLE_BEGIN, "", at);
        at += 2;
        if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
            at++;
        }
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            at = Whitespace.skip(text, at);
            if (at >= text.length()) {
                throw error(begin, block ? "this tag is never closed; add '%}'" : "this tag is never closed; add '}}'");
            }
            if (open.isEmpty() && tagEnds(block)) {
                return;
            }
            inside(open);
        }
    }

    private boolean tagEnds(boolean block) {
        String end = block ? "%}" : "}}";
        char first = text.charAt(at);
        boolean signed = first == '-' || block && first == '+';
        int start = signed ? at + 1 : at;
        if (!text.startsWith(end, start)) {
            return false;
        }
        add(block ? Token.Kind.BLOCK_END : Token.Kind.VARIABLE_END, "", at);
        endTag(signed ? first : ' ', start + 2, block);
        return true;
    }

    private void inside(Deque<Character> open) {
        char c = text.charAt(at);
        if (c == '\'' || c == '"') {
            string(c);
        } else if (c >= '0' && c <= '9') {
            number();
        } else if (Character.isUnicodeIdentifierStart(text.codePointAt(at)) || c == '_') {
            int start = at;
            while (at < text.length() && Character.isUnicodeIdentifierPart(text.codePointAt(at))) {
                at += Character.charCount(text.codePointAt(at));
            }
            add(Token.Kind.NAME, text.substring(start, at), start);
        } else {
            operator(open);
        }
    }

    private void string(char quote) {
        int start = at++;
        while (at < text.length() && text.charAt(at) != quote) {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        if (at >= text.length()) {
            throw error(start, "this string is never closed; add " + quote);
        }
        try {
            add(Token.Kind.STRING, Escapes.decode(text.substring(start + 1, at)), start);
        } catch (Fault fault) {
            throw fault.at(source.position(start));
        }
        at++;
    }

    private void number() {
        int start = at;
        int radix = radix();
        if (radix != 10) {
            at = digits(at + 2, radix, true);
            add(Token.Kind.INTEGER, text.substring(start, at).replace("_", ""), start);
            return;
        }
        at = digits(start, 10, false);
        boolean afterDot = start > 0 && text.charAt(start - 1) == '.';
        boolean real = !afterDot && (fraction() | exponent());
        String digits = text.substring(start, at).replace("_", "");
        if (!real && digits.startsWith("0") && !digits.chars().allMatch(c -> c == '0')) {
            throw error(start, "a whole number cannot start with 0");
        }
        add(real ? Token.Kind.FLOAT : Token.Kind.INTEGER, digits, start);
    }

    private int radix() {
        char second = text.charAt(at) == '0' && at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        int radix = switch (second) {
            case 'x', 'X' -> 16;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 10;
        };
        return radix != 10 && digits(at + 2, radix, true) > at + 2 ? radix : 10;
    }

    /** End of a run of digits with single underscores between them. */
    private int digits(int from, int radix, boolean underscoreFirst) {
        int end = from;
        while (true) {
            boolean underscore = end < text.length() && text.charAt(end) == '_' && (end > from || underscoreFirst);
            int digit = underscore ? end + 1 : end;
            if (digit >= text.length() || text.charAt(digit) > 'f' || Character.digit(text.charAt(digit), radix) < 0) {
                return end;
            }
            end = digit + 1;
        }
    }

    private boolean fraction() {
        int end = at < text.length() && text.charAt(at) == '.' ? digits(at + 1, 10, false) : 0;
        if (end <= at + 1) {
            return false;
        }
        at = end;
        return true;
    }

    private boolean exponent() {
        if (at >= text.length() || text.charAt(at) != 'e' && text.charAt(at) != 'E') {
            return false;
        }
        boolean signed = at + 1 < text.length() && (text.charAt(at + 1) == '+' || text.charAt(at + 1) == '-');
        int from = signed ? at + 2 : at + 1;
        int end = digits(from, 10, false);
        if (end == from) {
            return false;
        }
        at = end;
        return true;
    }

    private void operator(Deque<Character> open) {
        for (String operator : OPERATORS) {
            if (text.startsWith(operator, at)) {
                balance(operator.charAt(0), open);
                add(Token.Kind.OPERATOR, operator, at);
                at += operator.length();
                return;
            }
        }
        throw error(at, "unexpected character '" + Character.toString(text.codePointAt(at)) + "'");
    }

    private void balance(char bracket, Deque<Character> open) {
        switch (bracket) {
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            case ')', ']', '}' -> {
                if (open.isEmpty()) {
                    throw error(at, "'" + bracket + "' closes nothing");
                }
                char expected = open.pop();
                if (expected != bracket) {
                    throw error(at, "expected '" + expected + "', found '" + bracket + "'");
                }
            }
            default -> {}
        }
    }

    private void add(Token.Kind kind, String tokenText, int offset) {
        tokens.add(new Token(kind, tokenText, source.position(offset)));
    }

    private TemplateException error(int offset, String sentence) {
        return TemplateException.at(source.position(offset), sentence);
    }
}
