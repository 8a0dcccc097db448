package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Splitting of strings as Python does it; {@code limit} is the highest number of cuts. */
final class TextSplit {
    private TextSplit() {}

    static List<String> bySeparator(String text, String separator, int limit, boolean fromRight) {
        if (separator.isEmpty()) {
            throw new Fault("the separator is empty");
        }
        List<String> parts = new ArrayList<>();
        if (fromRight) {
            int end = text.length();
            int at = text.lastIndexOf(separator, end - separator.length());
            while (at >= 0 && parts.size() < limit) {
                parts.add(text.substring(at + separator.length(), end));
                end = at;
                at = end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
            }
            parts.add(text.substring(0, end));
            Collections.reverse(parts);
            return parts;
        }
        int start = 0;
        int at = text.indexOf(separator);
        while (at >= 0 && parts.size() < limit) {
            parts.add(text.substring(start, at));
            start = at + separator.length();
            at = text.indexOf(separator, start);
        }
        parts.add(text.substring(start));
        return parts;
    }

    static List<String> byWhitespace(String text, int limit, boolean fromRight) {
        List<String> parts = new ArrayList<>();
        int from = Whitespace.skip(text, 0);
        int to = Whitespace.stripEnd(text, from, text.length());
        while (from < to) {
            if (parts.size() == limit) {
                parts.add(fromRight ? text.substring(0, to) : text.substring(from));
                break;
            }
            if (fromRight) {
                int word = to;
                while (word > from && !Whitespace.is(text.charAt(word - 1))) {
                    word--;
                }
                parts.add(text.substring(word, to));
                to = Whitespace.stripEnd(text, from, word);
            } else {
                int end = from;
                while (end < to && !Whitespace.is(text.charAt(end))) {
                    end++;
                }
                parts.add(text.substring(from, end));
                from = Whitespace.skip(text, end);
            }
        }
        if (fromRight) {
            Collections.reverse(parts);
        }
        return parts;
    }

    static List<String> lines(String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = start;
            while (end < text.length() && !endsLine(text.charAt(end))) {
                end++;
            }
            int next = Math.min(end + (text.startsWith("\r\n", end) ? 2 : 1), text.length());
            lines.add(text.substring(start, keepEnds ? next : end));
            start = next;
        }
        return lines;
    }

    private static boolean endsLine(char c) {
        return c >= '\n' && c <= '\r' || c >= 0x1c && c <= 0x1e || c == 0x85 || c == 0x2028 || c == 0x2029;
    }
}
