package dev.lockstep.lpu.assembly;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The words of a line, read from left to right. */
final class Words {
    private final List<String> words;
    private int next;

    Words(String line) {
        int comment = line.indexOf(';');
        String code = (comment < 0 ? line : line.substring(0, comment))
                .replace(",", " ")
                .strip();
        words = code.isEmpty() ? List.of() : Arrays.asList(code.split("\\s+"));
    }

    boolean isEmpty() {
        return next == words.size();
    }

    String word(String what) {
        if (isEmpty()) {
            throw new AssemblyException(what + " is missing");
        }
        return words.get(next++);
    }

    /** Whether {@code wanted} comes next. */
    boolean at(String wanted) {
        return !isEmpty() && words.get(next).equals(wanted);
    }

    /** Reads the next word if it is {@code wanted}. */
    boolean accept(String wanted) {
        boolean there = at(wanted);
        next += there ? 1 : 0;
        return there;
    }

    void expect(String wanted) {
        String word = word("'" + wanted + "'");
        if (!word.equals(wanted)) {
            throw new AssemblyException("'" + wanted + "' belongs where '" + word + "' stands");
        }
    }

    int number(String what) {
        return number(word(what), what);
    }

    long longNumber(String what) {
        String word = word(what);
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException wrong) {
            throw new AssemblyException(what + " cannot be '" + word + "'", wrong);
        }
    }

    static int number(String word, String what) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException wrong) {
            throw new AssemblyException(what + " cannot be '" + word + "'", wrong);
        }
    }

    <E extends Enum<E>> E constantOf(Class<E> type, String what) {
        String word = word(what);
        return constant(type, word).orElseThrow(() -> new AssemblyException(what + " cannot be '" + word + "'"));
    }

    static <E extends Enum<E>> Optional<E> constant(Class<E> type, String word) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> text(constant).equals(word))
                .findFirst();
    }

    /** How a constant is written. */
    static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    void end() {
        if (!isEmpty()) {
            throw new AssemblyException("'" + words.get(next) + "' is too much");
        }
    }
}
