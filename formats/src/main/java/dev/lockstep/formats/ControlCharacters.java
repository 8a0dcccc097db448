package dev.lockstep.formats;

import java.util.Locale;

/** What a file brings into a message must neither break the sentence nor steer a terminal. */
public final class ControlCharacters {
    private ControlCharacters() {}

    /** {@code text} with its control characters written out: {@code \n}, {@code \u001b}. */
    public static String escape(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        var visible = new StringBuilder(text.length() + 8);
        text.chars().forEach(c -> {
            switch (c) {
                case '\n' -> visible.append("\\n");
                case '\r' -> visible.append("\\r");
                case '\t' -> visible.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        visible.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        visible.append((char) c);
                    }
                }
            }
        });
        return visible.toString();
    }
}
