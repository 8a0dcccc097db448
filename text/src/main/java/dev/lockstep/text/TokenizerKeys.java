package dev.lockstep.text;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.Metadata;
import java.util.OptionalInt;

/** The metadata keys of tokenizers, and how a value that cannot be is refused. */
final class TokenizerKeys {
    static final String MODEL = "tokenizer.ggml.model";
    static final String PRE = "tokenizer.ggml.pre";
    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String TOKEN_TYPES = "tokenizer.ggml.token_type";
    static final String SCORES = "tokenizer.ggml.scores";
    static final String CHARACTER_MAP = "tokenizer.ggml.precompiled_charsmap";
    static final String MERGES = "tokenizer.ggml.merges";
    static final String BOS = "tokenizer.ggml.bos_token_id";
    static final String EOS = "tokenizer.ggml.eos_token_id";
    static final String EOT = "tokenizer.ggml.eot_token_id";
    static final String EOM = "tokenizer.ggml.eom_token_id";
    static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";

    /** Spelled like this in the specification. */
    static final String SEPARATOR = "tokenizer.ggml.seperator_token_id";

    static final String CLS = "tokenizer.ggml.cls_token_id";
    static final String ADD_BOS = "tokenizer.ggml.add_bos_token";
    static final String ADD_EOS = "tokenizer.ggml.add_eos_token";
    static final String ADD_SEPARATOR = "tokenizer.ggml.add_sep_token";
    static final String ADD_SPACE_PREFIX = "tokenizer.ggml.add_space_prefix";
    static final String MODEL_NAME = "general.name";

    /** Not of the specification, for what only directories say: whether texts are brought to NFC. */
    static final String COMPOSE = "tokenizer.lockstep.compose";

    /** Likewise: whether the space before a text goes only before the first, and not where the text begins with one. */
    static final String PREFIX_FIRST_ONLY = "tokenizer.lockstep.space_prefix_first_only";

    /** Likewise: whether it is left out where a text begins with one. */
    static final String PREFIX_UNLESS_THERE = "tokenizer.lockstep.space_prefix_unless_there";

    /** Likewise: numbers of the tokens after which white space is dropped. */
    static final String DROP_SPACE_AFTER = "tokenizer.lockstep.drop_space_after";

    private static final int QUOTED = 60;

    private TokenizerKeys() {}

    /** A text of the file in a message, not longer than people read. */
    static String quoted(String text) {
        return text.length() <= QUOTED ? "'" + text + "'" : "'" + text.substring(0, QUOTED) + "…'";
    }

    static FormatException refuse(Metadata metadata, String key, String problem) {
        return new FormatException(metadata.origin() + ": " + key + " " + problem);
    }

    static FormatException missing(Metadata metadata, String key) {
        return refuse(metadata, key, "is missing; the file cannot turn text into tokens, convert the model again");
    }

    /** A token id, checked against the size of the vocabulary. */
    static OptionalInt token(Metadata metadata, String key, int vocabularySize) {
        var id = metadata.integer(key);
        if (id.isEmpty()) {
            return OptionalInt.empty();
        }
        if (id.getAsLong() < 0 || id.getAsLong() >= vocabularySize) {
            throw refuse(
                    metadata, key, "is %d, but the vocabulary has %d tokens".formatted(id.getAsLong(), vocabularySize));
        }
        return OptionalInt.of((int) id.getAsLong());
    }
}
