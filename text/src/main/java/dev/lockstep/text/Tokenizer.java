package dev.lockstep.text;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.Metadata;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Text to token ids and back, as the vocabulary of a model says. Immutable and safe for use by many threads.
 *
 * <p>Four kinds are understood, named by the key {@code tokenizer.ggml.model} of the GGUF specification: {@code llama}
 * (SentencePiece: pairs merged by score, bytes as the last resort), {@code t5} (SentencePiece: the most likely pieces), {@code gpt2}
 * (byte-level pair encoding by a list of merges, after a pre-tokenizer named by {@code tokenizer.ggml.pre}) and {@code bert} (WordPiece,
 * which cannot be inverted: it folds case and strips accents).
 *
 * <p>Text is Unicode; an unpaired surrogate counts as U+FFFD. What takes a token throws an {@link IndexOutOfBoundsException} if there is no such
 * token.
 */
public interface Tokenizer {
    /**
     * The tokenizer that a model file describes.
     *
     * @throws FormatException if the vocabulary is missing, contradicts itself or is of a kind that is not supported
     */
    static Tokenizer of(Metadata metadata) {
        return TokenizerLoader.load(metadata);
    }

    /**
     * Encodes a text.
     *
     * @param addSpecial whether to put the begin and end tokens around it that the vocabulary asks for
     * @param parseSpecial whether control tokens written out in the text ({@code <|im_end|>}) become those tokens; give
     *     false for text from users. User-defined tokens are recognised in any case.
     */
    int[] encode(String text, boolean addSpecial, boolean parseSpecial);

    int vocabularySize();

    /**
     * The bytes that a token stands for in running text; empty for control and unknown tokens. They may be a part of a
     * UTF-8 character only.
     */
    byte[] bytes(int token);

    /** The token as text for people to look at: control tokens by their name, broken UTF-8 as U+FFFD. */
    String piece(int token);

    /** Whether the token steers the model and never appears as text. */
    boolean isControl(int token);

    /** Whether a model that produces this token has finished its answer. */
    boolean isEndOfGeneration(int token);

    /** The token that begins a sequence. */
    OptionalInt bos();

    /** The token that ends a sequence. */
    OptionalInt eos();

    /** Whether {@link #encode} begins with {@link #bos} when special tokens are asked for. */
    boolean addsBos();

    /**
     * Whether {@link #encode} puts a space before text at the start, so that {@link #decode} takes one away there.
     */
    boolean addsSpacePrefix();

    /** With which the model fills gaps, if it was trained to. */
    default Optional<FillTokens> fillTokens() {
        return Optional.empty();
    }

    /**
     * The text of a whole sequence: the inverse of {@link #encode} except for WordPiece. Bytes that are not UTF-8
     * become U+FFFD; control tokens vanish.
     */
    default String decode(int[] tokens) {
        var detokenizer = StreamingDetokenizer.atStart(this);
        var text = new StringBuilder();
        for (int token : tokens) {
            text.append(detokenizer.append(token));
        }
        return text.append(detokenizer.flush()).toString();
    }
}
