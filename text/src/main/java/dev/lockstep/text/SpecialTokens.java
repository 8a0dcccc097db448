package dev.lockstep.text;

import dev.lockstep.formats.Metadata;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The tokens around a sequence.
 *
 * @param opening what {@link Tokenizer#encode} puts before a text
 * @param closing what it puts after it
 */
record SpecialTokens(OptionalInt bos, OptionalInt eos, OptionalInt unknown, int[] opening, int[] closing) {

    /** @param addsBos whether a beginning is added, and for {@code addsSeparator} a separator, if the file is silent */
    static SpecialTokens read(Metadata metadata, int vocabularySize, boolean addsBos, boolean addsSeparator) {
        var bosKey = metadata.integer(TokenizerKeys.BOS).isPresent() ? TokenizerKeys.BOS : TokenizerKeys.CLS;
        var bos = TokenizerKeys.token(metadata, bosKey, vocabularySize);
        var eos = TokenizerKeys.token(metadata, TokenizerKeys.EOS, vocabularySize);
        var separator = TokenizerKeys.token(metadata, TokenizerKeys.SEPARATOR, vocabularySize);
        return new SpecialTokens(
                bos,
                eos,
                TokenizerKeys.token(metadata, TokenizerKeys.UNKNOWN, vocabularySize),
                added(metadata, TokenizerKeys.ADD_BOS, TokenizerKeys.BOS, bos, addsBos),
                IntStream.concat(
                                IntStream.of(added(metadata, TokenizerKeys.ADD_EOS, TokenizerKeys.EOS, eos, false)),
                                IntStream.of(added(
                                        metadata,
                                        TokenizerKeys.ADD_SEPARATOR,
                                        TokenizerKeys.SEPARATOR,
                                        separator,
                                        addsSeparator)))
                        .toArray());
    }

    /** No or one token; a file that asks for one has to name it. */
    private static int[] added(Metadata metadata, String flagKey, String key, OptionalInt token, boolean byDefault) {
        var flag = metadata.bool(flagKey);
        if (flag.orElse(false) && token.isEmpty()) {
            throw TokenizerKeys.refuse(metadata, key, "is missing, although " + flagKey + " is true");
        }
        return flag.orElse(byDefault) ? token.stream().toArray() : new int[0];
    }
}
