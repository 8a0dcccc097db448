package dev.lockstep.text;

import dev.lockstep.formats.Metadata;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tokens between which a model reads a text with a gap, and writes what belongs into it: {@code before}, the text before the gap,
 * {@code after}, the text after it, {@code middle}, and then its answer.
 *
 * @param file stands before the name of a file, where a model reads several
 */
public record FillTokens(int before, int after, int middle, OptionalInt file) {
    private static final List<String> BEFORE = List.of(
            "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>", "<|code_prefix|>");
    private static final List<String> AFTER = List.of(
            "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>", "<|code_suffix|>");
    private static final List<String> MIDDLE = List.of(
            "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>", "<|code_middle|>");
    private static final List<String> FILE = List.of("<|file_sep|>", "<file_sep>");

    /** What a model file names, else what has one of the usual names; nothing unless all three are there. */
    static Optional<FillTokens> of(Metadata metadata, Vocabulary vocabulary) {
        OptionalInt before = token(metadata, vocabulary, "fim_pre", "prefix", BEFORE);
        OptionalInt after = token(metadata, vocabulary, "fim_suf", "suffix", AFTER);
        OptionalInt middle = token(metadata, vocabulary, "fim_mid", "middle", MIDDLE);
        if (before.isEmpty() || after.isEmpty() || middle.isEmpty()) {
            return Optional.empty();
        }
        OptionalInt file = token(metadata, vocabulary, "fim_sep", "file_separator", FILE);
        return Optional.of(new FillTokens(before.getAsInt(), after.getAsInt(), middle.getAsInt(), file));
    }

    /** @param older how the key was called once */
    private static OptionalInt token(
            Metadata metadata, Vocabulary vocabulary, String key, String older, List<String> names) {
        for (String name : List.of(key, older)) {
            OptionalInt told = TokenizerKeys.token(metadata, "tokenizer.ggml." + name + "_token_id", vocabulary.size());
            if (told.isPresent()) {
                return told;
            }
        }
        return names.stream()
                .mapToInt(vocabulary::find)
                .filter(token -> token != Vocabulary.ABSENT)
                .findFirst();
    }
}
