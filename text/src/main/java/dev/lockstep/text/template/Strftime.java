package dev.lockstep.text.template;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Dates as C's {@code strftime} writes them in English; {@code %-d} and its kind drop leading zeros. */
final class Strftime {
    private Strftime() {}

    static String format(String format, Clock clock) {
        ZonedDateTime now = ZonedDateTime.now(clock);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            boolean bare = format.startsWith("-", i + 1);
            i += bare ? 2 : 1;
            String field = i < format.length() ? field(format.charAt(i), now) : field(' ', now);
            out.append(bare ? withoutLeadingZeros(field) : field);
        }
        return out.toString();
    }

    private static String withoutLeadingZeros(String field) {
        return field.replaceFirst("^[0 ]+(?=.)", "");
    }

    private static String field(char directive, ZonedDateTime now) {
        return switch (directive) {
            case 'Y' -> pattern("yyyy", now);
            case 'y' -> pattern("yy", now);
            case 'm' -> pattern("MM", now);
            case 'd' -> pattern("dd", now);
            case 'e' -> "%2d".formatted(now.getDayOfMonth());
            case 'B' -> pattern("MMMM", now);
            case 'b', 'h' -> pattern("MMM", now);
            case 'A' -> pattern("EEEE", now);
            case 'a' -> pattern("EEE", now);
            case 'H' -> pattern("HH", now);
            case 'I' -> pattern("hh", now);
            case 'M' -> pattern("mm", now);
            case 'S' -> pattern("ss", now);
            case 'f' -> pattern("SSSSSS", now);
            case 'p' -> pattern("a", now);
            case 'j' -> pattern("DDD", now);
            case 'w' -> Integer.toString(now.getDayOfWeek().getValue() % 7);
            case 'u' -> Integer.toString(now.getDayOfWeek().getValue());
            case 'F' -> pattern("yyyy-MM-dd", now);
            case 'T' -> pattern("HH:mm:ss", now);
            case 'R' -> pattern("HH:mm", now);
            case 'D', 'x' -> pattern("MM/dd/yy", now);
            case 'X' -> pattern("HH:mm:ss", now);
            case 'c' -> pattern("EEE MMM ", now) + field('e', now) + pattern(" HH:mm:ss yyyy", now);
            case 'Z', 'z' -> "";
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            default -> throw new Fault("strftime_now does not know the directive '%" + directive + "'");
        };
    }

    private static String pattern(String pattern, ZonedDateTime now) {
        return DateTimeFormatter.ofPattern(pattern, Locale.US).format(now);
    }
}
