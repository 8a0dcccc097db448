package dev.lockstep.text.grammar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads GBNF: {@code name ::= "literal" [a-z] other-rule ( a | b )* . # comment}. */
final class GbnfParser {
    private final Scanner in;
    private final Map<String, Expression> rules = new LinkedHashMap<>();

    private GbnfParser(String text) {
        this.in = new Scanner("grammar", text);
    }

    static Map<String, Expression> parse(String text) {
        var parser = new GbnfParser(text);
        parser.grammar();
        return parser.rules;
    }

    private void grammar() {
        skipSpace(true);
        while (!in.atEnd()) {
            String name = name();
            skipSpace(false);
            in.expect("::=");
            skipSpace(true);
            Expression rule = choice(false);
            if (rules.put(name, rule) != null) {
                throw in.wrong("the rule \"" + name + "\" comes twice");
            }
            skipSpace(true);
        }
        if (!rules.containsKey(Grammar.ROOT)) {
            throw in.wrong("it has no rule \"root\"");
        }
    }

    private Expression choice(boolean inGroup) {
        List<Expression> options = new ArrayList<>();
        do {
            skipSpace(true);
            options.add(sequence(inGroup));
        } while (in.take("|"));
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    private Expression sequence(boolean inGroup) {
        List<Expression> parts = new ArrayList<>();
        while (true) {
            skipSpace(inGroup);
            int c = in.peek();
            if (c == '"') {
                parts.add(Repetition.read(in, literal()));
            } else if (c == '[') {
                parts.add(Repetition.read(in, letters()));
            } else if (in.take(".")) {
                parts.add(Repetition.read(in, new Expression.Letter(CodePoints.ALL)));
            } else if (in.take("(")) {
                Expression group = choice(true);
                skipSpace(true);
                in.expect(")");
                parts.add(Repetition.read(in, group));
            } else if (isNamePart(c)) {
                int start = in.position();
                String name = name();
                if (definesRule()) {
                    in.backTo(start);
                    break;
                }
                parts.add(Repetition.read(in, new Expression.Rule(name)));
            } else {
                break;
            }
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    /** Whether the name that was just read is that of the next rule: a line may end before it. */
    private boolean definesRule() {
        int start = in.position();
        skipSpace(false);
        boolean defines = in.take("::=");
        in.backTo(start);
        return defines;
    }

    private Expression literal() {
        in.expect("\"");
        var text = new StringBuilder();
        while (!in.take("\"")) {
            text.appendCodePoint(character());
        }
        return new Expression.Literal(text.toString());
    }

    private Expression letters() {
        in.expect("[");
        boolean negated = in.take("^");
        CodePoints set = CodePoints.NONE;
        while (!in.take("]")) {
            int first = character();
            int last = first;
            int start = in.position();
            if (in.take("-")) {
                if (in.peek() == ']') {
                    in.backTo(start);
                } else {
                    last = character();
                }
            }
            set = set.or(CodePoints.of(first, last));
        }
        return new Expression.Letter(negated ? set.not() : set);
    }

    private int character() {
        int c = in.next();
        if (c != '\\') {
            return c;
        }
        int escaped = in.next();
        return switch (escaped) {
            case 'x' -> in.hexadecimal(2);
            case 'u' -> in.hexadecimal(4);
            case 'U' -> in.hexadecimal(8);
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'n' -> '\n';
            case '\\', '"', '[', ']', '-', '^' -> escaped;
            default -> throw in.wrong("there is no escape \\" + Character.toString(escaped));
        };
    }

    private String name() {
        var name = new StringBuilder();
        while (isNamePart(in.peek())) {
            name.appendCodePoint(in.next());
        }
        if (name.isEmpty()) {
            throw in.wrong("there must be the name of a rule");
        }
        return name.toString();
    }

    private static boolean isNamePart(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }

    private void skipSpace(boolean lines) {
        while (true) {
            int c = in.peek();
            if (c == '#') {
                while (!in.atEnd() && in.peek() != '\n') {
                    in.next();
                }
            } else if (c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r')) {
                in.next();
            } else {
                return;
            }
        }
    }
}
