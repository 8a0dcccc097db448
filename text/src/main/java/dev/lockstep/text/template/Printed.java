package dev.lockstep.text.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** How values print: as Python's {@code str} and {@code repr}. */
final class Printed {
    private static final HexFormat HEX = HexFormat.of();

    private final StringBuilder out = new StringBuilder();
    private final Budget budget;

    private Printed(Budget budget) {
        this.budget = budget;
    }

    static String text(Value value, Budget budget) {
        return value instanceof Value.Text(String text) ? text : representation(value, budget);
    }

    static String representation(Value value, Budget budget) {
        Printed printed = new Printed(budget);
        printed.append(value);
        return printed.out.toString();
    }

    private void append(Value value) {
        budget.enter();
        budget.spend(1);
        switch (value) {
            case Value.Text(String text) -> quoted(text);
            case Value.Int(long number) -> out.append(number);
            case Value.Real(double number) -> out.append(real(number));
            case Value.Bool(boolean bool) -> out.append(bool ? "True" : "False");
            case Value.None _ -> out.append("None");
            case Value.Undefined _ -> {
                if (!out.isEmpty()) {
                    out.append("Undefined");
                }
            }
            case Value.Sequence sequence -> sequence(sequence);
            case Value.Dict(Map<Value, Value> entries) -> dict(entries);
            case Value.Function function ->
                out.append("<function ").append(function.name()).append('>');
            case Value.Special special ->
                out.append('<').append(special.specialType()).append('>');
        }
        budget.leave();
    }

    private void sequence(Value.Sequence sequence) {
        List<Value> items = sequence.items();
        switch (sequence.kind()) {
            case LIST -> items("[", items, "]");
            case TUPLE -> items("(", items, items.size() == 1 ? ",)" : ")");
            case KEYS, VALUES, ITEMS -> items(sequence.kind().typeName() + "([", items, "])");
            case RANGE -> range(items);
            case GENERATOR -> out.append("<generator object>");
        }
    }

    private void items(String open, List<Value> items, String close) {
        out.append(open);
        String separator = "";
        for (Value item : items) {
            out.append(separator);
            append(item);
            separator = ", ";
        }
        out.append(close);
    }

    /** A range knows only its numbers, so the bounds are the tightest that give them. */
    private void range(List<Value> items) {
        long first = items.isEmpty() ? 0 : ((Value.Int) items.getFirst()).value();
        long step = items.size() < 2 ? 1 : ((Value.Int) items.get(1)).value() - first;
        out.append("range(").append(first).append(", ").append(first + step * items.size());
        out.append(step == 1 ? ")" : ", " + step + ")");
    }

    private void dict(Map<Value, Value> entries) {
        out.append('{');
        String separator = "";
        for (Map.Entry<Value, Value> entry : entries.entrySet()) {
            out.append(separator);
            append(entry.getKey());
            out.append(": ");
            append(entry.getValue());
            separator = ", ";
        }
        out.append('}');
    }

    private void quoted(String text) {
        budget.spend(text.length());
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (printable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        escaped(c);
                    }
                }
            }
        });
        out.append(quote);
    }

    private void escaped(int c) {
        if (c < 0x100) {
            out.append("\\x").append(HEX.toHexDigits((byte) c));
        } else if (c < 0x10000) {
            out.append("\\u").append(HEX.toHexDigits((char) c));
        } else {
            out.append("\\U").append(HEX.toHexDigits(c));
        }
    }

    private static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** Java writes at least two digits, also where one tells the number from its neighbours. */
    private static BigDecimal shortest(double number) {
        BigDecimal decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        BigDecimal oneDigit = decimal.round(new MathContext(1));
        return oneDigit.doubleValue() == number ? oneDigit : decimal;
    }

    /** The shortest decimal that reads back as the same number, with an exponent where Python writes one. */
    static String real(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number > 0 ? "0.0" : "-0.0";
        }
        BigDecimal shortest = shortest(number);
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = shortest.unscaledValue().abs().toString();
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        return (number < 0 ? "-" : "")
                + digits.charAt(0)
                + fraction
                + (exponent < 0 ? "e-" : "e+")
                + "%02d".formatted(Math.abs(exponent));
    }
}
