package dev.lockstep.text;

import dev.lockstep.formats.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Byte-level byte-pair encoding: the bytes of a word are joined pair by pair in the order of a list of merges
 * (Sennrich et al. 2016, "Neural machine translation of rare words with subword units"; bytes as in GPT-2).
 */
final class BytePairEncoder implements WordEncoder {
    private static final int BYTES = 256;

    private final Vocabulary vocabulary;
    private final boolean wholeWordsFirst;
    private final int[] byteTokens = new int[BYTES];

    /** From two tokens to the place of their merge in the list. */
    private final LongIntTable ranks;

    /** The token that a merge makes, by place in the list. */
    private final int[] merged;

    /** @param wholeWordsFirst whether a word that is a token is taken even if no merges lead to it */
    BytePairEncoder(Vocabulary vocabulary, Metadata metadata, boolean wholeWordsFirst) {
        this.vocabulary = vocabulary;
        this.wholeWordsFirst = wholeWordsFirst;
        Arrays.setAll(byteTokens, value -> vocabulary.findInText(String.valueOf(ByteAlphabet.letter(value)), 0, 1));
        var merges = metadata.strings(TokenizerKeys.MERGES)
                .orElseThrow(() -> TokenizerKeys.missing(metadata, TokenizerKeys.MERGES));
        ranks = new LongIntTable(merges.size());
        merged = new int[merges.size()];
        for (int rank = 0; rank < merged.length; rank++) {
            addMerge(merges.get(rank), rank, metadata);
        }
    }

    private void addMerge(String merge, int rank, Metadata metadata) {
        int space = merge.indexOf(' ', 1);
        if (space < 0 || space + 1 == merge.length()) {
            throw TokenizerKeys.refuse(
                    metadata,
                    TokenizerKeys.MERGES,
                    "has %s at %d, which is not two tokens with a space between"
                            .formatted(TokenizerKeys.quoted(merge), rank));
        }
        int left = vocabulary.find(merge, 0, space);
        int right = vocabulary.find(merge, space + 1, merge.length());
        merged[rank] = vocabulary.findAroundGap(merge, space);
        if (left == Vocabulary.ABSENT || right == Vocabulary.ABSENT || merged[rank] == Vocabulary.ABSENT) {
            throw TokenizerKeys.refuse(
                    metadata,
                    TokenizerKeys.MERGES,
                    "has %s at %d, but one of these, or both together, is not a token"
                            .formatted(TokenizerKeys.quoted(merge), rank));
        }
        if (vocabulary.type(merged[rank]).arisesFromText()) {
            ranks.putIfAbsent(pair(left, right), rank);
        }
    }

    @Override
    public int[] encode(String word) {
        var bytes = word.getBytes(StandardCharsets.UTF_8);
        if (wholeWordsFirst) {
            int token = vocabulary.findInText(ByteAlphabet.write(bytes), 0, bytes.length);
            if (token != Vocabulary.ABSENT) {
                return new int[] {token};
            }
        }
        var tokens = new int[bytes.length];
        var next = new int[bytes.length];
        Arrays.setAll(tokens, i -> byteTokens[bytes[i] & 0xff]);
        Arrays.setAll(next, i -> i + 1);
        PairMerger.merge(next, new Merges(tokens));
        return withoutGaps(tokens, next);
    }

    /** Bytes without a token vanish; vocabularies lack only those that never occur in UTF-8. */
    private static int[] withoutGaps(int[] tokens, int[] next) {
        int count = 0;
        for (int i = 0; i < next.length; i = next[i]) {
            if (tokens[i] != Vocabulary.ABSENT) {
                tokens[count++] = tokens[i];
            }
        }
        return Arrays.copyOf(tokens, count);
    }

    private static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right & 0xffffffffL;
    }

    private final class Merges implements PairMerger.Rule {
        private final int[] tokens;

        Merges(int[] tokens) {
            this.tokens = tokens;
        }

        @Override
        public int priority(int left, int right, int end) {
            int rank = ranks.find(pair(tokens[left], tokens[right]));
            return rank == LongIntTable.ABSENT ? PairMerger.NEVER : rank;
        }

        @Override
        public void join(int left, int right, int rank) {
            tokens[left] = merged[rank];
        }
    }
}
