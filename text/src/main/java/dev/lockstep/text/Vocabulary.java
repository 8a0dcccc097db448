package dev.lockstep.text;

import dev.lockstep.formats.Metadata;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The tokens of a model: their texts as the file spells them, their types, and which of them end an answer. */
final class Vocabulary {
    static final int ABSENT = -1;

    private static final int BYTES = 256;

    private final List<String> texts;
    private final TokenType[] types;
    private final Map<String, Integer> ids;
    private final BitSet ends = new BitSet();

    private Vocabulary(List<String> texts, TokenType[] types, Map<String, Integer> ids) {
        this.texts = texts;
        this.types = types;
        this.ids = ids;
    }

    static Vocabulary read(Metadata metadata) {
        var texts = metadata.strings(TokenizerKeys.TOKENS)
                .orElseThrow(() -> TokenizerKeys.missing(metadata, TokenizerKeys.TOKENS));
        if (texts.isEmpty()) {
            throw TokenizerKeys.refuse(metadata, TokenizerKeys.TOKENS, "is empty");
        }
        var ids = HashMap.<String, Integer>newHashMap(texts.size());
        for (int id = 0; id < texts.size(); id++) {
            var text = texts.get(id);
            // Several empty tokens do no harm: no text leads to them.
            Integer other = text.isEmpty() ? null : ids.put(text, id);
            if (other != null) {
                throw TokenizerKeys.refuse(
                        metadata, TokenizerKeys.TOKENS, "has '%s' twice, as %d and %d".formatted(text, other, id));
            }
        }
        var vocabulary = new Vocabulary(texts, types(metadata, texts.size()), ids);
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
        Integer id = ids.get(text);
        return id == null ? ABSENT : id;
    }

    /** The token of this spelling that text may become, or {@link #ABSENT}. */
    int findInText(String text) {
        int id = find(text);
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

    static void requireLength(Metadata metadata, String key, int length, int size) {
        if (length != size) {
            throw TokenizerKeys.refuse(
                    metadata, key, "has %d entries, but the vocabulary has %d tokens".formatted(length, size));
        }
    }

    private void applyWellKnownNames() {
        var known = new WellKnownTokens(ids::containsKey);
        for (int id = 0; id < types.length; id++) {
            var text = texts.get(id);
            types[id] = known.type(text, types[id]);
            if (known.endsGeneration(text)) {
                ends.set(id);
            }
        }
    }

    private void checkByteTokens(Metadata metadata) {
        for (int id = 0; id < types.length; id++) {
            if (types[id] == TokenType.BYTE && parseByte(texts.get(id)) == ABSENT) {
                throw TokenizerKeys.refuse(
                        metadata,
                        TokenizerKeys.TOKENS,
                        "has '%s' as byte token %d, which is not of the form <0x41>".formatted(texts.get(id), id));
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
