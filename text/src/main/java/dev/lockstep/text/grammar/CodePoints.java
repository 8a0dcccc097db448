package dev.lockstep.text.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** A set of Unicode characters; never holds surrogates, which have no bytes of their own. */
record CodePoints(List<Range> ranges) {
    static final int LAST = Character.MAX_CODE_POINT;

    static final CodePoints NONE = new CodePoints(List.of());
    static final CodePoints ALL = of(0, LAST);

    /** From {@code first} to {@code last}, both included. */
    record Range(int first, int last) {}

    CodePoints {
        ranges = List.copyOf(ranges);
    }

    static CodePoints of(int character) {
        return of(character, character);
    }

    static CodePoints of(int first, int last) {
        List<Range> ranges = new ArrayList<>();
        if (first < Character.MIN_SURROGATE && first <= last) {
            ranges.add(new Range(first, Math.min(last, Character.MIN_SURROGATE - 1)));
        }
        if (last > Character.MAX_SURROGATE && first <= last) {
            ranges.add(new Range(Math.max(first, Character.MAX_SURROGATE + 1), last));
        }
        return new CodePoints(ranges);
    }

    /** All characters of a text. */
    static CodePoints anyOf(String text) {
        return text.codePoints().mapToObj(CodePoints::of).reduce(NONE, CodePoints::or);
    }

    static CodePoints matching(IntPredicate predicate) {
        List<Range> ranges = new ArrayList<>();
        int start = -1;
        for (int c = 0; c <= LAST + 1; c++) {
            boolean in = c <= LAST && predicate.test(c);
            if (in && start < 0) {
                start = c;
            } else if (!in && start >= 0) {
                ranges.addAll(of(start, c - 1).ranges);
                start = -1;
            }
        }
        return new CodePoints(ranges);
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    boolean contains(int character) {
        return ranges.stream().anyMatch(range -> range.first <= character && character <= range.last);
    }

    CodePoints or(CodePoints other) {
        List<Range> all = new ArrayList<>(ranges);
        all.addAll(other.ranges);
        all.sort((a, b) -> Integer.compare(a.first, b.first));
        List<Range> joined = new ArrayList<>();
        for (Range range : all) {
            Range last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && range.first <= last.last + 1) {
                joined.set(joined.size() - 1, new Range(last.first, Math.max(last.last, range.last)));
            } else {
                joined.add(range);
            }
        }
        return new CodePoints(joined);
    }

    CodePoints not() {
        CodePoints rest = NONE;
        int next = 0;
        for (Range range : ranges) {
            rest = rest.or(of(next, range.first - 1));
            next = range.last + 1;
        }
        return rest.or(of(next, LAST));
    }

    CodePoints and(CodePoints other) {
        return not().or(other.not()).not();
    }

    CodePoints without(CodePoints other) {
        return and(other.not());
    }
}
