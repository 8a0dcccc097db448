package dev.lockstep.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code 'text %s' % values}, as in C and Python. */
final class PercentFormat {
    private final String format;
    private final Value arguments;
    private final Budget budget;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int used;

    private PercentFormat(String format, Value arguments, Budget budget) {
        this.format = format;
        this.arguments = arguments;
        this.budget = budget;
    }

    static String format(String format, Value arguments, Budget budget) {
        PercentFormat formatting = new PercentFormat(format, arguments, budget);
        formatting.run();
        return formatting.out.toString();
    }

    private void run() {
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c == '%') {
                conversion();
            } else {
                out.append(c);
            }
        }
        if (arguments instanceof Value.Sequence(Value.Kind kind, List<Value> values)
                && kind == Value.Kind.TUPLE
                && used < values.size()) {
            throw new Fault("the format uses " + used + " of " + values.size() + " values");
        }
        if (!(arguments instanceof Value.Sequence) && !(arguments instanceof Value.Dict) && used == 0) {
            throw new Fault("the format uses none of its values");
        }
    }

    private void conversion() {
        @Nullable Value keyed = key();
        String flags = run("-+ #0");
        int width = number();
        int precision = -1;
        if (at < format.length() && format.charAt(at) == '.') {
            at++;
            precision = number();
        }
        run("hlL");
        if (at >= format.length()) {
            throw new Fault("the format ends inside of a '%' conversion");
        }
        char type = format.charAt(at++);
        if (type == '%') {
            out.append('%');
            return;
        }
        Value value = keyed != null ? keyed : nextValue();
        boolean text = type == 's' || type == 'r' || type == 'c';
        boolean zeros = flags.contains("0") && !flags.contains("-") && !text;
        char sign = flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : '-';
        char align = flags.contains("-") ? '<' : zeros ? '=' : '>';
        Value shown = type == 'r' ? new Value.Text(Printed.representation(value, budget)) : value;
        FormatSpec spec = new FormatSpec(
                zeros ? '0' : ' ', align, sign, flags.contains("#"), width, false, precision, type == 'r' ? 's' : type);
        String done = spec.apply(shown, budget);
        budget.spend(done.length());
        out.append(done);
    }

    private Value nextValue() {
        if (arguments instanceof Value.Sequence(Value.Kind kind, List<Value> values) && kind == Value.Kind.TUPLE) {
            if (used >= values.size()) {
                throw new Fault("the format needs more than " + values.size() + " values");
            }
            return values.get(used++);
        }
        if (used++ > 0) {
            throw new Fault("the format needs more than one value");
        }
        return arguments;
    }

    private @Nullable Value key() {
        if (at >= format.length() || format.charAt(at) != '(') {
            return null;
        }
        int end = format.indexOf(')', at);
        if (end < 0) {
            throw new Fault("the key of a '%' conversion is never closed");
        }
        String name = format.substring(at + 1, end);
        at = end + 1;
        Value found = arguments instanceof Value.Dict dict ? dict.lookUp(new Value.Text(name)) : null;
        if (found == null) {
            throw new Fault("the format has no value for '" + name + "'");
        }
        return found;
    }

    private String run(String allowed) {
        int start = at;
        while (at < format.length() && allowed.indexOf(format.charAt(at)) >= 0) {
            at++;
        }
        return format.substring(start, at);
    }

    private int number() {
        String digits = run("0123456789");
        return digits.isEmpty() ? 0 : digits.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }
}
