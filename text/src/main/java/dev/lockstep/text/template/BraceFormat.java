package dev.lockstep.text.template;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code 'text {} {name:>8}'.format(...)}; fields are positions or names, without attributes or items behind them. */
final class BraceFormat {
    private static final Pattern SPEC = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{1,6})?(,)?(?:\\.(\\d{1,6}))?([a-zA-Z%])?", Pattern.DOTALL);

    private BraceFormat() {}

    static String format(String format, Arguments arguments, Budget budget) {
        StringBuilder out = new StringBuilder();
        int next = 0;
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at++);
            boolean doubled = at < format.length() && format.charAt(at) == c;
            if (c != '{' && c != '}' || doubled) {
                out.append(c);
                at += c == '{' || c == '}' ? 1 : 0;
                continue;
            }
            int end = c == '{' ? format.indexOf('}', at) : -1;
            if (end < 0) {
                throw new Fault("a single '" + c + "' stands in the format; double it to print it");
            }
            String field = format.substring(at, end);
            at = end + 1;
            int colon = field.indexOf(':');
            String selector = colon < 0 ? field : field.substring(0, colon);
            boolean shownAsSource = selector.endsWith("!r");
            String name =
                    shownAsSource || selector.endsWith("!s") ? selector.substring(0, selector.length() - 2) : selector;
            Value value = name.isEmpty() ? positional(next++, arguments) : select(name, arguments);
            Value shown = shownAsSource ? new Value.Text(Printed.representation(value, budget)) : value;
            String done = spec(colon < 0 ? "" : field.substring(colon + 1)).apply(shown, budget);
            budget.spend(done.length());
            out.append(done);
        }
        return out.toString();
    }

    private static Value select(String name, Arguments arguments) {
        if (name.chars().allMatch(c -> c >= '0' && c <= '9') && name.length() < 7) {
            return positional(Integer.parseInt(name), arguments);
        }
        Value value = arguments.named().get(name);
        if (value == null) {
            throw new Fault("the format has no value for '" + name + "'");
        }
        return value;
    }

    private static Value positional(int index, Arguments arguments) {
        if (index >= arguments.positional().size()) {
            throw new Fault(
                    "the format needs more than " + arguments.positional().size() + " values");
        }
        return arguments.positional().get(index);
    }

    private static FormatSpec spec(String text) {
        Matcher spec = SPEC.matcher(text);
        if (!spec.matches()) {
            throw new Fault("the format '" + text + "' is not understood");
        }
        boolean zeros = spec.group(5) != null && spec.group(2) == null;
        int fill = spec.group(1) != null ? spec.group(1).codePointAt(0) : zeros ? '0' : ' ';
        return new FormatSpec(
                fill,
                spec.group(2) != null ? spec.group(2).charAt(0) : zeros ? '=' : ' ',
                spec.group(3) != null ? spec.group(3).charAt(0) : '-',
                spec.group(4) != null,
                spec.group(6) != null ? Integer.parseInt(spec.group(6)) : 0,
                spec.group(7) != null,
                spec.group(8) != null ? Integer.parseInt(spec.group(8)) : -1,
                spec.group(9) != null ? spec.group(9).charAt(0) : ' ');
    }
}
