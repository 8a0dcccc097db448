package dev.lockstep.text;

import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds tokens by their text, also where the text is a part of another one, without making strings: that is what
 * loading half a million merges and joining pairs spend their time on.
 */
final class TokenIndex {
    static final int ABSENT = LongIntTable.ABSENT;

    private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

    private final long seed = ThreadLocalRandom.current().nextLong();
    private final List<String> texts;
    private final LongIntTable ids;
    private OptionalInt duplicate = OptionalInt.empty();

    /** Tokens are known by their place in the list. Empty ones cannot be found, and may be many. */
    TokenIndex(List<String> texts) {
        this.texts = texts;
        ids = new LongIntTable(texts.size());
        for (int id = 0; id < texts.size(); id++) {
            var text = texts.get(id);
            if (text.isEmpty()) {
                continue;
            }
            long key = key(text, 0, text.length());
            if (ids.find(key) != ABSENT) {
                duplicate = OptionalInt.of(id);
            }
            ids.putIfAbsent(key, id);
        }
    }

    /** The last token that has the text of another one. */
    OptionalInt duplicate() {
        return duplicate;
    }

    int find(String text, int start, int end) {
        return ids.find(key(text, start, end));
    }

    /** The token spelled like a text without the one character at {@code gap}. */
    int findAroundGap(String text, int gap) {
        return ids.find(key(text, 0, gap, text.length()));
    }

    private long key(String text, int start, int end) {
        return key(text, start, end, end);
    }

    /** The hash of a text without a gap, or the next free number if that is the hash of another token. */
    private long key(String text, int start, int gap, int end) {
        long hash = hash(hash(seed, text, start, gap), text, gap + 1, end);
        for (int id = ids.find(hash); id != ABSENT && !isText(id, text, start, gap, end); id = ids.find(hash)) {
            hash++;
        }
        return hash;
    }

    private static long hash(long seed, String text, int start, int end) {
        long hash = seed;
        for (int i = start; i < end; i++) {
            hash = (hash ^ text.charAt(i)) * MULTIPLIER;
            hash ^= hash >>> Integer.SIZE;
        }
        return hash;
    }

    private boolean isText(int id, String text, int start, int gap, int end) {
        var token = texts.get(id);
        int before = gap - start;
        int after = Math.max(0, end - gap - 1);
        return token.length() == before + after
                && token.regionMatches(0, text, start, before)
                && (after == 0 || token.regionMatches(before, text, gap + 1, after));
    }
}
