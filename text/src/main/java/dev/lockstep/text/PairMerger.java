package dev.lockstep.text;

import java.util.Arrays;

/**
 * The algorithm that byte-pair encoding and SentencePiece share: among all neighbours join those that come first by
 * priority, the leftmost of equals, until none can be joined. O(n log n) for n symbols.
 *
 * <p>A symbol is known by the position where it starts; the next one starts where it ends.
 */
final class PairMerger {
    /** The priority of two symbols that cannot be joined. */
    static final int NEVER = Integer.MAX_VALUE;

    /** What may be joined. */
    interface Rule {
        /**
         * Smaller comes first; {@link #NEVER} if the symbols {@code [left, right)} and {@code [right, end)} stay apart.
         */
        int priority(int left, int right, int end);

        /** The two symbols are one now, that starts at {@code left}. */
        void join(int left, int right, int priority);
    }

    private final Rule rule;

    /** Where the symbol after the one at this position starts; the length of the text after the last one. */
    private final int[] next;

    private final int[] previous;

    /** Priority of the symbol at this position with the one after it. */
    private final int[] priorities;

    private final LongHeap candidates = new LongHeap();

    private PairMerger(int[] next, Rule rule) {
        this.next = next;
        this.rule = rule;
        this.previous = new int[next.length];
        this.priorities = new int[next.length];
        Arrays.fill(priorities, NEVER);
    }

    /** Joins symbols by changing {@code next}, which has an entry for each position (used where a symbol starts). */
    static void merge(int[] next, Rule rule) {
        new PairMerger(next, rule).merge();
    }

    private void merge() {
        int last = -1;
        for (int symbol = 0; symbol < next.length; symbol = next[symbol]) {
            previous[symbol] = last;
            consider(symbol);
            last = symbol;
        }
        while (!candidates.isEmpty()) {
            long candidate = candidates.removeSmallest();
            int left = (int) candidate;
            int priority = (int) (candidate >> Integer.SIZE);
            // An entry is out of date when the symbol has since been joined with another; a newer entry exists then.
            if (priorities[left] == priority) {
                join(left, priority);
            }
        }
    }

    private void join(int left, int priority) {
        int right = next[left];
        rule.join(left, right, priority);
        priorities[right] = NEVER;
        next[left] = next[right];
        if (next[left] < next.length) {
            previous[next[left]] = left;
        }
        consider(left);
        if (previous[left] >= 0) {
            consider(previous[left]);
        }
    }

    private void consider(int left) {
        int right = next[left];
        int priority = right < next.length ? rule.priority(left, right, next[right]) : NEVER;
        priorities[left] = priority;
        if (priority != NEVER) {
            candidates.add((long) priority << Integer.SIZE | left);
        }
    }
}
