package dev.lockstep.text.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads RFC 8259 and nothing more. */
final class JsonReader {
    private static final int MAX_DEPTH = 512;

    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    Json read() {
        Json value = value();
        skipSpace();
        if (at < text.length()) {
            throw wrong("the value is over here, but the text goes on");
        }
        return value;
    }

    private Json value() {
        skipSpace();
        char c = peek();
        return switch (c) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new Json.Str(string());
            case 't' -> literal("true", new Json.Bool(true));
            case 'f' -> literal("false", new Json.Bool(false));
            case 'n' -> literal("null", new Json.Null());
            default -> number();
        };
    }

    private Json object() {
        enter();
        Map<String, Json> members = new LinkedHashMap<>();
        if (!closed('}')) {
            do {
                skipSpace();
                if (peek() != '"') {
                    throw wrong("the name of a member must be a string");
                }
                String name = string();
                skipSpace();
                expect(':');
                if (members.putIfAbsent(name, value()) != null) {
                    throw wrong("the member \"" + name + "\" comes twice");
                }
            } while (more('}'));
        }
        depth--;
        return new Json.Obj(members);
    }

    private Json array() {
        enter();
        List<Json> items = new ArrayList<>();
        if (!closed(']')) {
            do {
                items.add(value());
            } while (more(']'));
        }
        depth--;
        return new Json.Arr(items);
    }

    private void enter() {
        at++;
        depth++;
        if (depth > MAX_DEPTH) {
            throw wrong("values nest more than " + MAX_DEPTH + " deep");
        }
    }

    private boolean closed(char bracket) {
        skipSpace();
        if (peek() == bracket) {
            at++;
            return true;
        }
        return false;
    }

    private boolean more(char bracket) {
        skipSpace();
        char c = peek();
        if (c != ',' && c != bracket) {
            throw wrong("there must be ',' or '" + bracket + "'");
        }
        at++;
        return c == ',';
    }

    private String string() {
        at++;
        var out = new StringBuilder();
        while (true) {
            char c = peek();
            at++;
            if (c == '"') {
                return out.toString();
            } else if (c == '\\') {
                out.append(escape());
            } else if (c < ' ') {
                at--;
                throw wrong("a string holds a control character");
            } else {
                out.append(c);
            }
        }
    }

    private char escape() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> {
                at--;
                throw wrong("there is no escape \\" + c);
            }
        };
    }

    private char unicode() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            char c = peek();
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw wrong("\\u needs four hexadecimal digits");
            }
            value = value * 16 + digit;
            at++;
        }
        return (char) value;
    }

    private Json literal(String word, Json value) {
        if (!text.startsWith(word, at)) {
            throw wrong("this is no value");
        }
        at += word.length();
        return value;
    }

    private Json number() {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '0') {
            at++;
        } else {
            digits("this is no value");
        }
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits("there must be a digit");
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            digits("there must be a digit");
        }
        return new Json.Num(text.substring(start, at));
    }

    private void digits(String complaint) {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw wrong(complaint);
        }
    }

    private void expect(char c) {
        if (peek() != c) {
            throw wrong("there must be '" + c + "'");
        }
        at++;
    }

    private char peek() {
        if (at == text.length()) {
            throw wrong("the text ends too early");
        }
        return text.charAt(at);
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private JsonException wrong(String complaint) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < at; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                column = 1;
            } else {
                column++;
            }
        }
        return new JsonException("no JSON: " + complaint + " (line " + line + ", column " + column + ")");
    }
}
