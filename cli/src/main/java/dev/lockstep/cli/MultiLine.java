package dev.lockstep.cli;

/**
 * Messages of several lines: a line that ends with a backslash goes on in the next one, and so does everything between
 * two {@code """}.
 */
final class MultiLine {
    private static final String QUOTES = "\"\"\"";

    private MultiLine() {}

    /** Whether the lines so far are a whole message. */
    static boolean isComplete(CharSequence lines) {
        var text = lines.toString();
        if (text.stripLeading().startsWith(QUOTES)) {
            return text.indexOf(QUOTES, text.indexOf(QUOTES) + QUOTES.length()) >= 0;
        }
        return !text.endsWith("\\");
    }

    /** The message without its marks. */
    static String message(String lines) {
        var text = lines.strip();
        if (text.startsWith(QUOTES)) {
            int end = text.indexOf(QUOTES, QUOTES.length());
            var inside = text.substring(QUOTES.length(), end < 0 ? text.length() : end);
            var behind = end < 0 ? "" : text.substring(end + QUOTES.length());
            return (inside + behind).strip();
        }
        return lines.replace("\\\n", "\n");
    }
}
