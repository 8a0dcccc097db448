package dev.lockstep.text.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * How a value is laid out in {@code '%5.1f' % x} and {@code '{:5.1f}'.format(x)}.
 *
 * @param align one of {@code < > ^ =}, or blank for the default of the value
 * @param sign {@code +}, blank, or {@code -} for only negative signs
 * @param precision -1 if absent
 * @param type conversion letter, or blank for the default of the value
 */
record FormatSpec(
        int fill, char align, char sign, boolean alternate, int width, boolean grouping, int precision, char type) {
    private static final int MAX_SIZE = 1000;

    FormatSpec {
        if (width > MAX_SIZE || precision > MAX_SIZE) {
            throw new Fault("widths and precisions of a format end at " + MAX_SIZE);
        }
    }

    String apply(Value value, Budget budget) {
        budget.spend(width + Math.max(0, precision));
        return switch (type) {
            case 'd', 'i', 'u' -> number(grouped(integer(value)));
            case 'x', 'X', 'o', 'b' -> radix(integer(value));
            case 'c' -> pad(Character.toString(codePoint(value)), '<');
            case 'e', 'E', 'f', 'F', 'g', 'G', '%' -> real(value);
            case 's' -> text(value, budget);
            case ' ' ->
                switch (value) {
                    case Value.Int(long number) -> number(grouped(Long.toString(number)));
                    case Value.Real _ when precision >= 0 -> withType('g').real(value);
                    case Value.Real(double number) -> number(grouped(Printed.real(number)));
                    default -> text(value, budget);
                };
            default -> throw new Fault("unknown format '" + type + "'");
        };
    }

    private FormatSpec withType(char other) {
        return new FormatSpec(fill, align, sign, alternate, width, grouping, precision, other);
    }

    private String text(Value value, Budget budget) {
        String text = Printed.text(value, budget);
        budget.spend(text.length());
        boolean cut = precision >= 0 && text.codePointCount(0, text.length()) > precision;
        return pad(cut ? text.substring(0, text.offsetByCodePoints(0, precision)) : text, '<');
    }

    private static String integer(Value value) {
        return switch (value) {
            case Value.Int _, Value.Bool _ -> Long.toString(Numbers.integer(value));
            case Value.Real(double number) -> Long.toString(Numbers.truncate(number));
            default -> throw new Fault("the format needs a number, not " + value.typeName());
        };
    }

    private static int codePoint(Value value) {
        if (value instanceof Value.Text(String text) && text.codePointCount(0, text.length()) == 1) {
            return text.codePointAt(0);
        }
        long code = Numbers.integer(value);
        if (code < 0 || code > Character.MAX_CODE_POINT) {
            throw new Fault("no character has the number " + code);
        }
        return (int) code;
    }

    private String radix(String decimal) {
        long value = Long.parseLong(decimal);
        int radix = type == 'o' ? 8 : type == 'b' ? 2 : 16;
        String digits = Long.toString(value, radix).replace("-", "");
        String prefix = alternate ? "0" + type : "";
        return number((value < 0 ? "-" : "") + prefix + (type == 'X' ? digits.toUpperCase(Locale.ROOT) : digits));
    }

    private String real(Value value) {
        if (!Numbers.isNumber(value)) {
            throw new Fault("the format needs a number, not " + value.typeName());
        }
        double number = Numbers.real(value) * (type == '%' ? 100 : 1);
        if (!Double.isFinite(number)) {
            return number(Printed.real(number));
        }
        String sign = number < 0 || 1 / number < 0 ? "-" : "";
        BigDecimal exact = new BigDecimal(Math.abs(number));
        int digits = precision < 0 ? 6 : precision;
        String laidOut = switch (type) {
            case 'e', 'E' -> scientific(exact, digits);
            case 'f', 'F' -> exact.setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
            case '%' -> exact.setScale(digits, RoundingMode.HALF_EVEN).toPlainString() + "%";
            default -> general(exact, Math.max(1, digits));
        };
        return number(sign + grouped(type == 'E' || type == 'G' ? laidOut.toUpperCase(Locale.ROOT) : laidOut));
    }

    private static String scientific(BigDecimal exact, int digits) {
        BigDecimal rounded = exact.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        BigDecimal mantissa = rounded.movePointLeft(exponent).setScale(digits, RoundingMode.HALF_EVEN);
        return mantissa.toPlainString() + (exponent < 0 ? "e-" : "e+") + "%02d".formatted(Math.abs(exponent));
    }

    private static String general(BigDecimal exact, int digits) {
        BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        if (exponent >= -4 && exponent < digits) {
            return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
        }
        String[] parts = scientific(exact, digits - 1).split("e");
        String mantissa = new BigDecimal(parts[0]).stripTrailingZeros().toPlainString();
        return mantissa + "e" + parts[1];
    }

    private String grouped(String number) {
        if (!grouping) {
            return number;
        }
        int start = number.startsWith("-") ? 1 : 0;
        int point = start;
        while (point < number.length() && Character.isDigit(number.charAt(point))) {
            point++;
        }
        StringBuilder out = new StringBuilder(number);
        for (int at = point - 3; at > start; at -= 3) {
            out.insert(at, ',');
        }
        return out.toString();
    }

    private String number(String signed) {
        boolean negative = signed.startsWith("-");
        String shown = negative || sign == '-' ? signed : sign + signed;
        return align == '=' ? padAfterSign(shown) : pad(shown, '>');
    }

    private String padAfterSign(String number) {
        boolean hasSign = !number.isEmpty() && "+- ".indexOf(number.charAt(0)) >= 0;
        int digits = hasSign ? 1 : 0;
        String padding = Character.toString(fill).repeat(Math.max(0, width - number.length()));
        return number.substring(0, digits) + padding + number.substring(digits);
    }

    private String pad(String text, char otherwise) {
        int missing = Math.max(0, width - text.codePointCount(0, text.length()));
        int left = switch (align == ' ' || align == '=' ? otherwise : align) {
            case '<' -> 0;
            case '>' -> missing;
            default -> missing / 2;
        };
        String unit = Character.toString(fill);
        return unit.repeat(left) + text + unit.repeat(missing - left);
    }
}
