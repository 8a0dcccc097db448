package dev.lockstep.text.template;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Operations that string methods and filters share. Each charges its result before it makes it. */
final class TextEdit {
    private TextEdit() {}

    static String strip(String text, boolean left, boolean right, Optional<String> chars, Budget budget) {
        if (chars.isEmpty()) {
            return Whitespace.strip(text, left, right, Whitespace::is);
        }
        budget.spendSearch(text, chars.get());
        return Whitespace.strip(text, left, right, c -> chars.get().indexOf(c) >= 0);
    }

    static String replace(String text, String old, String replacement, long limit, Budget budget) {
        budget.spendSearch(text, old);
        long times = occurrences(text, old, limit < 0 ? Long.MAX_VALUE : limit);
        budget.spend(text.length() + times * replacement.length());
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (long i = 0; i < times; i++) {
            int at = old.isEmpty() ? from : text.indexOf(old, from);
            out.append(text, from, at).append(replacement);
            from = at + old.length();
            if (old.isEmpty() && from < text.length()) {
                int next = text.offsetByCodePoints(from, 1);
                out.append(text, from, next);
                from = next;
            }
        }
        return out.append(text, from, text.length()).toString();
    }

    static long occurrences(String text, String wanted, long limit) {
        if (wanted.isEmpty()) {
            return Math.min(limit, text.codePointCount(0, text.length()) + 1L);
        }
        long count = 0;
        for (int at = text.indexOf(wanted); at >= 0 && count < limit; at = text.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }

    static Value join(List<String> parts, String separator, Budget budget) {
        long length = (long) separator.length() * Math.max(0, parts.size() - 1);
        for (String part : parts) {
            length += part.length();
        }
        budget.spend(length);
        return new Value.Text(String.join(separator, parts));
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return titleCase(text.codePointAt(0)) + text.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String titleCase(int codePoint) {
        return Character.toString(Character.toTitleCase(codePoint));
    }

    static String titleAfterNonLetters(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inWord = false;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            boolean cased = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
            out.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = cased;
        }
        return out.toString();
    }

    static boolean hasOnlyCase(String text, boolean upper) {
        boolean some = text.codePoints().anyMatch(upper ? Character::isUpperCase : Character::isLowerCase);
        return some && text.codePoints().noneMatch(upper ? Character::isLowerCase : Character::isUpperCase);
    }

    /** Pads the subject to {@code width} code points; centring puts the odd blank where Python puts it. */
    static Value pad(Call call, char align) {
        String text = call.subjectText();
        long width = call.integer("width", 80);
        long length = text.codePointCount(0, text.length());
        long missing = Math.max(0, width - length);
        call.budget().spend(missing + text.length());
        int left = switch (align) {
            case '<' -> 0;
            case '>' -> (int) missing;
            default -> (int) (missing / 2 + (missing & width & 1));
        };
        return new Value.Text(" ".repeat(left) + text + " ".repeat((int) missing - left));
    }
}
