package dev.lockstep.text;

import java.util.concurrent.ConcurrentHashMap;

/** Remembers the tokens of short words, because text repeats them. Bounded; safe for many threads. */
final class WordCache implements WordEncoder {
    private static final int MAX_WORDS = 1 << 16;
    private static final int MAX_WORD_LENGTH = 48;

    private final WordEncoder encoder;
    private final ConcurrentHashMap<String, int[]> words = new ConcurrentHashMap<>();

    WordCache(WordEncoder encoder) {
        this.encoder = encoder;
    }

    @Override
    public int[] encode(String word) {
        int[] tokens = words.get(word);
        if (tokens != null) {
            return tokens;
        }
        tokens = encoder.encode(word);
        if (word.length() <= MAX_WORD_LENGTH) {
            if (words.mappingCount() >= MAX_WORDS) {
                words.clear();
            }
            words.put(word, tokens);
        }
        return tokens;
    }
}
