package dev.lockstep.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns tokens into text while they are produced. A character is given out when its last byte has come, never in parts;
 * bytes that cannot become a character are given out as U+FFFD, one for each maximal wrong part (the substitution of
 * the Unicode standard, chapter 3.9). Not for use by several threads at once.
 */
public final class StreamingDetokenizer {
    private static final int LONGEST_CHARACTER = 4;

    private final Tokenizer tokenizer;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    /** Bytes of a character that is not complete yet. */
    private final ByteBuffer incomplete = ByteBuffer.allocate(LONGEST_CHARACTER);

    private boolean dropsSpace;

    private StreamingDetokenizer(Tokenizer tokenizer, boolean dropsSpace) {
        this.tokenizer = tokenizer;
        this.dropsSpace = dropsSpace;
    }

    /** For a sequence from its first token: the space that the tokenizer put before the text is taken away again. */
    public static StreamingDetokenizer atStart(Tokenizer tokenizer) {
        return new StreamingDetokenizer(tokenizer, tokenizer.addsSpacePrefix());
    }

    /** For what follows a prompt: every space belongs to the text. */
    public static StreamingDetokenizer afterPrompt(Tokenizer tokenizer) {
        return new StreamingDetokenizer(tokenizer, false);
    }

    /**
     * The text that has become certain by this token; often empty.
     *
     * @throws IndexOutOfBoundsException if there is no such token
     */
    public String append(int token) {
        byte[] bytes = tokenizer.bytes(token);
        if (bytes.length == 0) {
            return "";
        }
        int start = dropsSpace && bytes[0] == ' ' ? 1 : 0;
        dropsSpace = false;
        var input = ByteBuffer.allocate(incomplete.position() + bytes.length - start)
                .put(incomplete.flip())
                .put(bytes, start, bytes.length - start)
                .flip();
        var text = decode(input, false);
        incomplete.clear().put(input);
        return text;
    }

    /** The end of the tokens: what is left of an incomplete character, as U+FFFD. */
    public String flush() {
        var text = decode(incomplete.flip(), true);
        incomplete.clear();
        return text;
    }

    private String decode(ByteBuffer input, boolean endOfInput) {
        var text = CharBuffer.allocate(input.remaining() + 1);
        utf8.decode(input, text, endOfInput);
        if (endOfInput) {
            utf8.flush(text);
        }
        utf8.reset();
        return text.flip().toString();
    }
}
