package dev.lockstep.text;

import dev.lockstep.formats.Metadata;
import java.nio.charset.StandardCharsets;

/**
 * The byte-pair model of SentencePiece: neighbours are joined when together they are a token, the one with the highest
 * score first; characters that are no token fall back to their bytes (Kudo and Richardson 2018, "SentencePiece").
 */
final class SentencePieceEncoder implements WordEncoder {
    private final Vocabulary vocabulary;
    private final float[] scores;
    private final int[] byteTokens;
    private final int longestToken;

    SentencePieceEncoder(Vocabulary vocabulary, SpecialTokens special, Metadata metadata) {
        this.vocabulary = vocabulary;
        scores = Vocabulary.scores(metadata, vocabulary.size());
        int longest = 0;
        for (int token = 0; token < scores.length; token++) {
            longest = Math.max(longest, vocabulary.text(token).length());
        }
        longestToken = longest;
        byteTokens = vocabulary.byteTokens(special.unknown().orElse(Vocabulary.ABSENT));
        for (int value = 0; value < byteTokens.length; value++) {
            if (byteTokens[value] == Vocabulary.ABSENT) {
                throw TokenizerKeys.refuse(
                        metadata,
                        TokenizerKeys.TOKENS,
                        "has no byte token <0x%02X>, and no unknown token either".formatted(value));
            }
        }
    }

    @Override
    public int[] encode(String word) {
        var next = new int[word.length()];
        for (int i = 0; i < next.length; i = next[i]) {
            next[i] = i + Character.charCount(word.codePointAt(i));
        }
        PairMerger.merge(next, new Joins(word));
        var tokens = new IntList();
        for (int i = 0; i < next.length; i = next[i]) {
            int token = vocabulary.findInText(word, i, next[i]);
            if (token != Vocabulary.ABSENT) {
                tokens.add(token);
                continue;
            }
            for (byte value : word.substring(i, next[i]).getBytes(StandardCharsets.UTF_8)) {
                tokens.add(byteTokens[value & 0xff]);
            }
        }
        return tokens.toArray();
    }

    private final class Joins implements PairMerger.Rule {
        private final String word;

        Joins(String word) {
            this.word = word;
        }

        @Override
        public int priority(int left, int right, int end) {
            if (end - left > longestToken) {
                return PairMerger.NEVER;
            }
            int token = vocabulary.findInText(word, left, end);
            return token == Vocabulary.ABSENT ? PairMerger.NEVER : descending(scores[token]);
        }

        @Override
        public void join(int left, int right, int priority) {
            // The text between two places says all about a symbol.
        }
    }

    /** An int that is smaller for a higher score. Adding 0 makes -0 equal to 0. */
    private static int descending(float score) {
        int bits = Float.floatToIntBits(-score + 0f);
        return bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
    }
}
