package dev.lockstep.text;

import dev.lockstep.formats.Metadata;

/**
 * WordPiece: from left to right the longest token that fits; a word that cannot be covered is one unknown token
 * (Devlin et al. 2018, "BERT"). Words begin with a {@link SpaceMark}.
 */
final class WordPieceEncoder implements WordEncoder {
    private final TokenTrie tokens = new TokenTrie();
    private final int unknown;

    WordPieceEncoder(Vocabulary vocabulary, SpecialTokens special, Metadata metadata) {
        unknown = special.unknown().orElseThrow(() -> TokenizerKeys.missing(metadata, TokenizerKeys.UNKNOWN));
        for (int token = 0; token < vocabulary.size(); token++) {
            if (vocabulary.type(token).arisesFromText()
                    && !vocabulary.text(token).isEmpty()) {
                tokens.add(vocabulary.text(token), token);
            }
        }
    }

    @Override
    public int[] encode(String word) {
        var pieces = new IntList();
        var longest = new Longest();
        for (int place = 0; place < word.length(); place = longest.end) {
            longest.token = TokenTrie.ABSENT;
            tokens.match(word, place, longest);
            if (longest.token == TokenTrie.ABSENT) {
                return new int[] {unknown};
            }
            pieces.add(longest.token);
        }
        return pieces.toArray();
    }

    private static final class Longest implements TokenTrie.Match {
        private int end;
        private int token;

        @Override
        public void found(int end, int token) {
            this.end = end;
            this.token = token;
        }
    }
}
