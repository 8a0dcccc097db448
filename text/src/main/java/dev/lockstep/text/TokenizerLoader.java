package dev.lockstep.text;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.Metadata;

final class TokenizerLoader {
    private TokenizerLoader() {}

    static Tokenizer load(Metadata metadata) {
        throw new FormatException(metadata.origin() + ": tokenizer.ggml.model is missing");
    }
}
