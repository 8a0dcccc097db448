package dev.lockstep.text;

import dev.lockstep.formats.Metadata;

/** Chooses the parts of a tokenizer by what the metadata of a model says. */
final class TokenizerLoader {
    private static final String SENTENCE_PIECE = "llama";
    /** Named after the first model for which GGUF files had it. */
    private static final String UNIGRAM = "t5";

    private static final String BYTE_PAIRS = "gpt2";
    private static final String WORD_PIECE = "bert";

    private TokenizerLoader() {}

    static Tokenizer load(Metadata metadata) {
        var model = metadata.string(TokenizerKeys.MODEL)
                .orElseThrow(() -> TokenizerKeys.missing(metadata, TokenizerKeys.MODEL));
        return switch (model) {
            case SENTENCE_PIECE -> sentencePiece(metadata, SentencePieceEncoder::new);
            case UNIGRAM -> {
                if (metadata.keys().contains(TokenizerKeys.CHARACTER_MAP)) {
                    throw TokenizerKeys.refuse(
                            metadata, TokenizerKeys.CHARACTER_MAP, "replaces characters, which is not supported");
                }
                yield sentencePiece(metadata, UnigramEncoder::new);
            }
            case BYTE_PAIRS -> bytePairs(metadata);
            case WORD_PIECE -> wordPiece(metadata);
            default ->
                throw TokenizerKeys.refuse(
                        metadata,
                        TokenizerKeys.MODEL,
                        "is %s; supported are %s, %s, %s and %s"
                                .formatted(
                                        TokenizerKeys.quoted(model), SENTENCE_PIECE, UNIGRAM, BYTE_PAIRS, WORD_PIECE));
        };
    }

    /** Makes what cuts words. */
    private interface Encoding {
        WordEncoder of(Vocabulary vocabulary, SpecialTokens special, Metadata metadata);
    }

    private static Tokenizer sentencePiece(Metadata metadata, Encoding encoding) {
        var vocabulary = Vocabulary.read(metadata);
        var special = SpecialTokens.read(metadata, vocabulary.size(), true, false);
        return new SubwordTokenizer(
                vocabulary,
                TokenSpelling.MARKED_SPACES,
                special,
                FillTokens.of(metadata, vocabulary),
                new SpecialTokenSplitter(vocabulary, metadata),
                SpacePrefix.read(metadata),
                new SpaceMarkSplitter(vocabulary),
                encoding.of(vocabulary, special, metadata));
    }

    private static Tokenizer bytePairs(Metadata metadata) {
        var preTokenizer = PreTokenizer.read(metadata);
        var vocabulary = Vocabulary.read(metadata);
        return new SubwordTokenizer(
                vocabulary,
                TokenSpelling.BYTES,
                SpecialTokens.read(metadata, vocabulary.size(), preTokenizer.addsBos(), false),
                FillTokens.of(metadata, vocabulary),
                new SpecialTokenSplitter(vocabulary, metadata),
                SpacePrefix.NEVER,
                metadata.bool(TokenizerKeys.COMPOSE).orElse(false)
                        ? new ComposingSplitter(preTokenizer.splitter())
                        : preTokenizer.splitter(),
                new BytePairEncoder(vocabulary, metadata, preTokenizer.wholeWordsFirst()));
    }

    private static Tokenizer wordPiece(Metadata metadata) {
        var vocabulary = Vocabulary.read(metadata);
        var special = SpecialTokens.read(metadata, vocabulary.size(), true, true);
        return new SubwordTokenizer(
                vocabulary,
                TokenSpelling.MARKED_SPACES,
                special,
                FillTokens.of(metadata, vocabulary),
                new SpecialTokenSplitter(vocabulary, metadata),
                SpacePrefix.EVERYWHERE,
                new BertSplitter(),
                new WordPieceEncoder(vocabulary, special, metadata));
    }
}
