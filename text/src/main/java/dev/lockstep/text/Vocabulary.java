package dev.lockstep.text;

import dev.lockstep.formats.Metadata;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/** The tokens of a model: their texts as the file spells them, their types, and which of them end an answer. */
final class Vocabulary {
    static final int ABSENT = TokenIndex.ABSENT;

    private static final int BYTES = 256;

    private final List<String> texts;
    private final TokenType[] types;
    private final TokenIndex index;
    private final BitSet ends = new BitSet();

    private Vocabulary(List<String> texts, TokenType[] types, TokenIndex index) {
        this.texts = texts;
        this.types = types;
        this.index = index;
    }

    static Vocabulary read(Metadata metadata) {
        var texts = metadata.strings(TokenizerKeys.TOKENS)
                .orElseThrow(() -> TokenizerKeys.missing(metadata, TokenizerKeys.TOKENS));
        if (texts.isEmpty()) {
            throw TokenizerKeys.refuse(metadata, TokenizerKeys.TOKENS, "is empty");
        }
        var index = new TokenIndex(texts);
        index.duplicate().ifPresent(id -> {
            var text = texts.get(id);
            throw TokenizerKeys.refuse(
                    metadata,
                    TokenizerKeys.TOKENS,
                    "has %s twice, as %d and %d"
                            .formatted(TokenizerKeys.quoted(text), index.find(text, 0, text.length()), id));
        });
        var vocabulary = new Vocabulary(texts, types(metadata, texts.size()), index);
        vocabulary.applyWellKnownNames();
        for (var key : List.of(TokenizerKeys.EOS, TokenizerKeys.EOT, TokenizerKeys.EOM)) {
            TokenizerKeys.token(metadata, key, texts.size()).ifPresent(vocabulary.ends::set);
        }
        vocabulary.checkByteTokens(metadata);
        return vocabulary;
    }

    int size() {
        return texts.size();
    }

    String text(int token) {
        return texts.get(token);
    }

    TokenType type(int token) {
        return types[Objects.checkIndex(token, types.length)];
    }

    boolean endsGeneration(int token) {
        return ends.get(Objects.checkIndex(token, types.length));
    }

    /** The token of this spelling, of any type, or {@link #ABSENT}. */
    int find(String text) {
        return find(text, 0, text.length());
    }

    /** The token that is spelled like this part of a text, of any type, or {@link #ABSENT}. */
    int find(String text, int start, int end) {
        return index.find(text, start, end);
    }

    /** The token spelled like a text without the one character at {@code gap}, or {@link #ABSENT}. */
    int findAroundGap(String text, int gap) {
        return index.findAroundGap(text, gap);
    }

    /** The token spelled like this part of a text that text may become, or {@link #ABSENT}. */
    int findInText(String text, int start, int end) {
        int id = find(text, start, end);
        return id != ABSENT && types[id].arisesFromText() ? id : ABSENT;
    }

    /** The byte that a token of type {@link TokenType#BYTE} stands for. */
    int byteValue(int token) {
        return parseByte(texts.get(token));
    }

    /** The token for each byte; where there is none, the one given. */
    int[] byteTokens(int otherwise) {
        var tokens = new int[BYTES];
        Arrays.fill(tokens, otherwise);
        for (int id = 0; id < types.length; id++) {
            if (types[id] == TokenType.BYTE) {
                tokens[byteValue(id)] = id;
            }
        }
        return tokens;
    }

    private static TokenType[] types(Metadata metadata, int size) {
        var types = new TokenType[size];
        Arrays.fill(types, TokenType.NORMAL);
        metadata.integers(TokenizerKeys.TOKEN_TYPES).ifPresent(codes -> {
            requireLength(metadata, TokenizerKeys.TOKEN_TYPES, codes.length, size);
            Arrays.setAll(types, id -> TokenType.ofCode(codes[id]));
        });
        return types;
    }

    /** What the model of SentencePiece says about each token, none of them NaN. */
    static float[] scores(Metadata metadata, int size) {
        float[] scores = metadata.numbers(TokenizerKeys.SCORES)
                .orElseThrow(() -> TokenizerKeys.missing(metadata, TokenizerKeys.SCORES));
        requireLength(metadata, TokenizerKeys.SCORES, scores.length, size);
        for (int token = 0; token < size; token++) {
            if (Float.isNaN(scores[token])) {
                throw TokenizerKeys.refuse(metadata, TokenizerKeys.SCORES, "has NaN for token " + token);
            }
        }
        return scores;
    }

    private static void requireLength(Metadata metadata, String key, int length, int size) {
        if (length != size) {
            throw TokenizerKeys.refuse(
                    metadata, key, "has %d entries, but the vocabulary has %d tokens".formatted(length, size));
        }
    }

    private void applyWellKnownNames() {
        WellKnownTokens.names(name -> find(name) != ABSENT).forEach((name, role) -> {
            int id = find(name);
            if (id != ABSENT) {
                types[id] = role.type();
                ends.set(id, role.endsGeneration());
            }
        });
    }

    private void checkByteTokens(Metadata metadata) {
        for (int id = 0; id < types.length; id++) {
            if (types[id] == TokenType.BYTE && parseByte(texts.get(id)) == ABSENT) {
                throw TokenizerKeys.refuse(
                        metadata,
                        TokenizerKeys.TOKENS,
                        "has %s as byte token %d, which is not of the form <0x41>"
                                .formatted(TokenizerKeys.quoted(texts.get(id)), id));
            }
        }
    }

    private static int parseByte(String text) {
        if (text.length() != "<0x41>".length() || !text.startsWith("<0x") || !text.endsWith(">")) {
            return ABSENT;
        }
        int high = Character.digit(text.charAt(3), 16);
        int low = Character.digit(text.charAt(4), 16);
        return high < 0 || low < 0 ? ABSENT : high << 4 | low;
    }
}
