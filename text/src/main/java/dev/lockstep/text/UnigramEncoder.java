package dev.lockstep.text;

import dev.lockstep.formats.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The unigram model of SentencePiece: of all ways to cut a word into tokens, the most likely one; characters that are no token fall back to their
 * bytes, or become one unknown token (Kudo 2018, "Subword Regularization").
 */
final class UnigramEncoder implements WordEncoder {
    /** By how much less likely than the least likely token a character is that is none. */
    private static final double PENALTY = 10;

    private final Vocabulary vocabulary;
    private final float[] scores;
    private final int[] byteTokens;
    private final int unknown;
    private final int longestToken;
    private final double unknownScore;

    UnigramEncoder(Vocabulary vocabulary, SpecialTokens special, Metadata metadata) {
        this.vocabulary = vocabulary;
        scores = Vocabulary.scores(metadata, vocabulary.size());
        int longest = 0;
        float least = 0;
        for (int token = 0; token < scores.length; token++) {
            if (vocabulary.type(token) == TokenType.NORMAL) {
                longest = Math.max(longest, vocabulary.text(token).length());
                least = Math.min(least, scores[token]);
            }
        }
        longestToken = longest;
        unknownScore = least - PENALTY;
        byteTokens = vocabulary.byteTokens(Vocabulary.ABSENT);
        unknown = special.unknown().orElse(Vocabulary.ABSENT);
        boolean bytes = Arrays.stream(byteTokens).noneMatch(token -> token == Vocabulary.ABSENT);
        if (!bytes && unknown == Vocabulary.ABSENT) {
            throw TokenizerKeys.refuse(
                    metadata, TokenizerKeys.TOKENS, "has no tokens for all bytes, and no unknown token either");
        }
    }

    @Override
    public int[] encode(String word) {
        int length = word.length();
        // By end: the likelihood of the best way there, where its last token begins, and which it is.
        double[] best = new double[length + 1];
        int[] starts = new int[length + 1];
        int[] tokens = new int[length + 1];
        Arrays.fill(starts, Vocabulary.ABSENT);
        for (int start = 0; start < length; start += Character.charCount(word.codePointAt(start))) {
            int next = start + Character.charCount(word.codePointAt(start));
            boolean single = false;
            for (int end = next; end <= Math.min(length, start + longestToken); end++) {
                int token = vocabulary.find(word, start, end);
                if (token != Vocabulary.ABSENT && vocabulary.type(token) == TokenType.NORMAL) {
                    single |= end == next;
                    reach(start, end, token, scores[token], best, starts, tokens);
                }
            }
            if (!single) {
                reach(start, next, Vocabulary.ABSENT, unknownScore, best, starts, tokens);
            }
        }
        return read(word, starts, tokens);
    }

    private static void reach(int start, int end, int token, double score, double[] best, int[] starts, int[] tokens) {
        double whole = best[start] + score;
        if (starts[end] == Vocabulary.ABSENT || whole > best[end]) {
            best[end] = whole;
            starts[end] = start;
            tokens[end] = token;
        }
    }

    private int[] read(String word, int[] starts, int[] tokens) {
        int[] next = new int[word.length() + 1];
        for (int end = word.length(); end > 0; end = starts[end]) {
            next[starts[end]] = end;
        }
        IntList found = new IntList();
        boolean afterUnknown = false;
        for (int start = 0; start < word.length(); start = next[start]) {
            int token = tokens[next[start]];
            if (token != Vocabulary.ABSENT) {
                found.add(token);
                afterUnknown = false;
            } else {
                afterUnknown = addUnknown(word.substring(start, next[start]), afterUnknown, found);
            }
        }
        return found.toArray();
    }

    /** Returns whether an unknown token is the last one. */
    private boolean addUnknown(String character, boolean afterUnknown, IntList found) {
        byte[] bytes = character.getBytes(StandardCharsets.UTF_8);
        boolean known = true;
        for (byte value : bytes) {
            known &= byteTokens[value & 0xff] != Vocabulary.ABSENT;
        }
        if (!known) {
            if (!afterUnknown) {
                found.add(unknown);
            }
            return true;
        }
        for (byte value : bytes) {
            found.add(byteTokens[value & 0xff]);
        }
        return false;
    }
}
