package dev.lockstep.text.template;

import java.util.Map;

/** Filters that make numbers, and those that look at one value as it is. */
final class NumberFilters {
    static final Map<String, Builtin> TABLE = Builtin.table(
            Builtin.of("abs", "", NumberFilters::absolute),
            Builtin.of("int", "default base", NumberFilters::integer),
            Builtin.of("float", "default", NumberFilters::real),
            Builtin.of("round", "precision method", NumberFilters::round),
            Builtin.of("default", "default_value boolean", NumberFilters::otherwise),
            Builtin.of("d", "default_value boolean", NumberFilters::otherwise),
            Builtin.of("attr", "name", call -> Access.attribute(call.subject(), call.text("name"), call.budget())));

    private NumberFilters() {}

    private static Value otherwise(Call call) {
        boolean replaced = call.subject() instanceof Value.Undefined
                || call.flag("boolean", false) && !call.subject().truthy();
        return replaced ? call.value("default_value", new Value.Text("")) : call.subject();
    }

    private static Value absolute(Call call) {
        refuseUndefined(call);
        return Numbers.absolute(call.subject());
    }

    private static void refuseUndefined(Call call) {
        if (call.subject() instanceof Value.Undefined undefined) {
            throw undefined.fault();
        }
    }

    private static Value integer(Call call) {
        refuseUndefined(call);
        Value otherwise = call.value("default", new Value.Int(0));
        return switch (call.subject()) {
            case Value.Int _ -> call.subject();
            case Value.Bool bool -> new Value.Int(Numbers.integer(bool));
            case Value.Real(double number) ->
                Double.isFinite(number) ? new Value.Int(Numbers.truncate(number)) : otherwise;
            case Value.Text(String text) -> integer(text, call, otherwise);
            default -> otherwise;
        };
    }

    private static Value integer(String text, Call call, Value otherwise) {
        int base = Math.clamp(call.integer("base", 10), 2, 36);
        String digits = numeral(text);
        String prefix = digits.replaceFirst("^[-+]", "");
        boolean prefixed = base == 16 && prefix.matches("0[xX].+")
                || base == 8 && prefix.matches("0[oO].+")
                || base == 2 && prefix.matches("0[bB].+");
        try {
            String bare = prefixed ? digits.replaceFirst("0[a-zA-Z]", "") : digits;
            return new Value.Int(Long.parseLong(bare, base));
        } catch (NumberFormatException notAnInteger) {
            double number = parse(digits);
            return Double.isFinite(number) ? new Value.Int(Numbers.truncate(number)) : otherwise;
        }
    }

    private static Value real(Call call) {
        refuseUndefined(call);
        Value otherwise = call.value("default", new Value.Real(0));
        return switch (call.subject()) {
            case Value.Int _, Value.Bool _, Value.Real _ -> new Value.Real(Numbers.real(call.subject()));
            case Value.Text(String text) -> {
                String number = numeral(text);
                boolean nan = number.equalsIgnoreCase("nan");
                double parsed = parse(number);
                yield Double.isNaN(parsed) && !nan ? otherwise : new Value.Real(parsed);
            }
            default -> otherwise;
        };
    }

    /** A numeral of at most 400 digits without blanks around it and underscores in it; anything else becomes empty. */
    private static String numeral(String text) {
        String bare = Whitespace.strip(text, true, true, Whitespace::is).replaceAll("(?<=\\w)_(?=\\w)", "");
        return bare.length() > 400 ? "" : bare;
    }

    /** NaN if it is not a decimal number. */
    private static double parse(String text) {
        String unsigned = text.replaceFirst("^[-+]", "");
        if (unsigned.equalsIgnoreCase("inf") || unsigned.equalsIgnoreCase("infinity")) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        boolean decimal = unsigned.matches("(\\d++\\.?\\d*+|\\.\\d++)([eE][-+]?\\d++)?");
        return decimal ? Double.parseDouble(text) : Double.NaN;
    }

    private static Value round(Call call) {
        refuseUndefined(call);
        long precision = call.integer("precision", 0);
        String method = call.printed("method", "common");
        Value subject = call.subject();
        if (!Numbers.isNumber(subject)) {
            throw new Fault("round needs a number, not " + subject.typeName());
        }
        return switch (method) {
            case "common" ->
                subject instanceof Value.Real(double number)
                        ? new Value.Real(Numbers.round(number, precision))
                        : new Value.Int(Numbers.truncate(Numbers.round(Numbers.integer(subject), precision)));
            case "ceil" -> new Value.Real(Math.ceil(scaled(subject, precision)) / Math.pow(10, precision));
            case "floor" -> new Value.Real(Math.floor(scaled(subject, precision)) / Math.pow(10, precision));
            default -> throw new Fault("round knows the methods common, ceil and floor, not '" + method + "'");
        };
    }

    private static double scaled(Value number, long precision) {
        return Numbers.real(number) * Math.pow(10, precision);
    }
}
