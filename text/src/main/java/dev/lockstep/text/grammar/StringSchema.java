package dev.lockstep.text.grammar;

import java.util.Map;
import java.util.Optional;

/** Strings: any, by length, by pattern, or of a well-known format. */
final class StringSchema {
    private static final String DATE = "\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])";
    private static final String TIME =
            "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)";
    private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

    /** Other formats are notes, as the standard has it. */
    private static final Map<String, String> FORMATS = Map.of(
            "date", DATE,
            "time", TIME,
            "date-time", DATE + "T" + TIME,
            "duration",
                    "P(\\d+W|(\\d+Y(\\d+M(\\d+D)?)?|\\d+M(\\d+D)?|\\d+D)(T(\\d+H(\\d+M(\\d+S)?)?|\\d+M(\\d+S)?|\\d+S))?"
                            + "|T(\\d+H(\\d+M(\\d+S)?)?|\\d+M(\\d+S)?|\\d+S))",
            "uuid", "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
            "ipv4", BYTE + "(\\." + BYTE + "){3}",
            "hostname", LABEL + "(\\." + LABEL + "){0,20}",
            "email", "[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+){0,10}@" + LABEL + "(\\." + LABEL + "){1,10}");

    private StringSchema() {}

    static Expression expression(Schema schema) {
        int min = schema.count("minLength", 0);
        int max = schema.count("maxLength", Expression.UNLIMITED);
        if (max != Expression.UNLIMITED && max < min) {
            throw schema.refuse("\"maxLength\" is less than \"minLength\"");
        }
        Optional<String> pattern = schema.string("pattern");
        Optional<String> format = schema.string("format").map(FORMATS::get);
        if (pattern.isPresent() && format.isPresent()) {
            throw schema.refuse("\"pattern\" together with \"format\" is not supported");
        }
        if (pattern.isEmpty() && format.isEmpty()) {
            return min == 0 && max == Expression.UNLIMITED
                    ? JsonText.STRING
                    : JsonText.quoted(new Expression.Repeat(JsonText.CHARACTER, min, max));
        }
        if (min > 0 || max != Expression.UNLIMITED) {
            throw schema.refuse("\"minLength\" and \"maxLength\" are not supported together with \"pattern\" or"
                    + " \"format\"; write the length into the pattern");
        }
        return JsonText.quoted(
                format.map(StringSchema::whole).orElseGet(() -> contained(schema, pattern.orElseThrow())));
    }

    private static Expression whole(String regex) {
        return RegexParser.parse(regex, JsonText::written).whole();
    }

    /** The characters of a string that holds a match of a pattern. */
    static Expression contained(Schema schema, String pattern) {
        try {
            return RegexParser.parse(pattern, JsonText::written).contained(Expression.anyNumber(JsonText.CHARACTER));
        } catch (GrammarException wrong) {
            throw schema.refuse("\"pattern\": " + wrong.getMessage());
        }
    }
}
