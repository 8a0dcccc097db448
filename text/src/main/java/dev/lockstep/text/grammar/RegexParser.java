package dev.lockstep.text.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads regular expressions as ECMAScript and Java write them, as far as they are regular. Anchors may stand at the ends of the whole
 * expression's options.
 */
final class RegexParser {
    private static final CodePoints DIGITS = CodePoints.of('0', '9');
    private static final CodePoints WORD =
            DIGITS.or(CodePoints.of('a', 'z')).or(CodePoints.of('A', 'Z')).or(CodePoints.of('_'));
    private static final CodePoints SPACE = CodePoints.anyOf(
                    " \t\n\u000b\f\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff")
            .or(CodePoints.of(0x2000, 0x200a));
    private static final CodePoints LINE_ENDS = CodePoints.anyOf("\n\r\u2028\u2029");

    private final Scanner in;
    private final Function<CodePoints, Expression> letter;
    private int depth;

    /** @param anchoredStart whether it begins with ^ */
    record Option(boolean anchoredStart, Expression expression, boolean anchoredEnd) {}

    /** The options of a whole expression. */
    record Regex(List<Option> options) {
        /** Texts that match from end to end, whatever the anchors. */
        Expression whole() {
            return new Expression.Choice(
                    options.stream().map(Option::expression).toList());
        }

        /** Texts that hold a match; where there is no anchor, anything may come before or behind. */
        Expression contained(Expression anything) {
            return new Expression.Choice(options.stream()
                    .map(option -> Expression.sequence(
                            option.anchoredStart ? Expression.EMPTY : anything,
                            option.expression,
                            option.anchoredEnd ? Expression.EMPTY : anything))
                    .toList());
        }
    }

    private RegexParser(String text, Function<CodePoints, Expression> letter) {
        this.in = new Scanner("regular expression", text);
        this.letter = letter;
    }

    /** @param letter how one character of a set is written */
    static Regex parse(String text, Function<CodePoints, Expression> letter) {
        var parser = new RegexParser(text, letter);
        List<Option> options = new ArrayList<>();
        do {
            boolean start = parser.in.take("^");
            Expression expression = parser.sequence();
            options.add(new Option(start, expression, parser.in.take("$")));
        } while (parser.in.take("|"));
        if (!parser.in.atEnd()) {
            throw parser.in.wrong("'" + Character.toString(parser.in.peek()) + "' cannot stand here");
        }
        return new Regex(options);
    }

    private Expression sequence() {
        List<Expression> parts = new ArrayList<>();
        while (!in.atEnd() && "|)$".indexOf(in.peek()) < 0) {
            Expression part = atom();
            int start = in.position();
            Expression repeated = Repetition.read(in, part);
            if (in.position() > start && !in.take("?") && in.peek() == '+') { // a lazy sign means the same texts
                throw in.wrong("possessive repetitions are not supported");
            }
            parts.add(repeated);
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    private Expression atom() {
        if (in.take("(")) {
            return group();
        }
        if (in.peek() == '[') {
            return letter.apply(set());
        }
        if (in.take(".")) {
            return letter.apply(LINE_ENDS.not());
        }
        if (in.take("\\")) {
            return letter.apply(escape(false));
        }
        if (in.take("^")) {
            throw in.wrong("'^' can stand at the beginning only");
        }
        if ("*+?{".indexOf(in.peek()) >= 0) {
            throw in.wrong("there is nothing to repeat");
        }
        return letter.apply(CodePoints.of(in.next()));
    }

    private Expression group() {
        if (in.take("?")) {
            if (in.take("<")) {
                if (in.peek() == '=' || in.peek() == '!') {
                    throw in.wrong("lookarounds are not supported");
                }
                while (!in.take(">")) {
                    in.next();
                }
            } else if (in.peek() == '=' || in.peek() == '!') {
                throw in.wrong("lookarounds are not supported");
            } else if (!in.take(":")) {
                throw in.wrong("only groups (...), (?:...) and (?<name>...) are supported");
            }
        }
        if (++depth > 200) {
            throw in.wrong("groups nest more than 200 deep");
        }
        List<Expression> options = new ArrayList<>();
        do {
            options.add(sequence());
            if (in.peek() == '$') {
                throw in.wrong("'$' can stand at the end only");
            }
        } while (in.take("|"));
        in.expect(")");
        depth--;
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    private CodePoints set() {
        in.expect("[");
        boolean negated = in.take("^");
        CodePoints set = CodePoints.NONE;
        while (!in.take("]")) {
            set = set.or(member());
        }
        return negated ? set.not() : set;
    }

    private CodePoints member() {
        CodePoints low = in.take("\\") ? escape(true) : CodePoints.of(in.next());
        int start = in.position();
        if (!in.take("-") || in.peek() == ']' || single(low) < 0) {
            in.backTo(start);
            return low;
        }
        CodePoints high = in.take("\\") ? escape(true) : CodePoints.of(in.next());
        if (single(high) < single(low)) {
            throw in.wrong("a range of characters must go upwards");
        }
        return CodePoints.of(single(low), single(high));
    }

    private static int single(CodePoints set) {
        return set.ranges().size() == 1
                        && set.ranges().getFirst().first()
                                == set.ranges().getFirst().last()
                ? set.ranges().getFirst().first()
                : -1;
    }

    private CodePoints escape(boolean inSet) {
        int c = in.next();
        return switch (c) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.not();
            case 'w' -> WORD;
            case 'W' -> WORD.not();
            case 's' -> SPACE;
            case 'S' -> SPACE.not();
            case 't' -> CodePoints.of('\t');
            case 'n' -> CodePoints.of('\n');
            case 'r' -> CodePoints.of('\r');
            case 'f' -> CodePoints.of('\f');
            case 'v' -> CodePoints.of('\u000b');
            case '0' -> CodePoints.of(0);
            case 'x' -> CodePoints.of(in.hexadecimal(2));
            case 'u' -> unicode();
            case 'p', 'P' -> property(c);
            case 'b' -> {
                if (inSet) {
                    yield CodePoints.of('\b');
                }
                throw in.wrong("word boundaries are not supported");
            }
            default -> {
                if (c < 128 && Character.isLetterOrDigit(c)) {
                    throw in.wrong("the escape \\" + Character.toString(c) + " is not supported");
                }
                yield CodePoints.of(c);
            }
        };
    }

    private CodePoints unicode() {
        if (in.take("{")) {
            int value = 0;
            while (!in.take("}")) {
                value = value * 16 + in.hexadecimal(1);
                if (value > CodePoints.LAST) {
                    throw in.wrong("there is no such character");
                }
            }
            return CodePoints.of(value);
        }
        return CodePoints.of(in.hexadecimal(4));
    }

    private CodePoints property(int kind) {
        var name = new StringBuilder();
        in.expect("{");
        while (!in.take("}")) {
            name.appendCodePoint(in.next());
        }
        try {
            var predicate = Pattern.compile("\\p{" + name + "}").asMatchPredicate();
            CodePoints set =
                    CodePoints.matching(c -> (c < 0xD800 || c > 0xDFFF) && predicate.test(Character.toString(c)));
            return kind == 'p' ? set : set.not();
        } catch (PatternSyntaxException unknown) {
            throw in.wrong("there is no class of characters \"" + name + "\"");
        }
    }
}
