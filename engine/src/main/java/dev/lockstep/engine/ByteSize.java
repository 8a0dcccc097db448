package dev.lockstep.engine;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them. */
public final class ByteSize {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([KMGT]?)(?:I?B)?");

    private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private ByteSize() {}

    /**
     * Understands {@code 500M}, {@code 20G}, {@code 20 GiB} and plain numbers; the units are powers of 1024.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static long parse(String text) {
        Matcher size = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!size.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no size; write it like 500M or 20G");
        }
        int shift = "KMGT".indexOf(size.group(2));
        int power = size.group(2).isEmpty() ? 0 : 10 * (shift + 1);
        long number = Long.parseLong(size.group(1));
        if (number > Long.MAX_VALUE >> power) {
            throw new IllegalArgumentException("\"" + text + "\" is too large");
        }
        return number << power;
    }

    /** {@code 1.5 GiB}. */
    public static String print(double bytes) {
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0
                ? "%d bytes".formatted((long) value)
                : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }
}
