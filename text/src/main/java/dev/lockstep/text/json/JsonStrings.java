package dev.lockstep.text.json;

import java.util.HexFormat;

/** How JSON writes strings. */
public final class JsonStrings {
    private static final char LAST_ASCII = 0x7e;

    private JsonStrings() {}

    /**
     * Writes a text between quotes.
     *
     * @param asciiOnly whether what lies outside ASCII is written as escapes, too
     */
    public static void append(StringBuilder out, String text, boolean asciiOnly) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || asciiOnly && c > LAST_ASCII) {
                        out.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
