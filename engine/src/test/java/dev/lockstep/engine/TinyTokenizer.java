package dev.lockstep.engine;

import dev.lockstep.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** One token per byte, a token that begins a text and one that ends an answer. */
public final class TinyTokenizer implements Tokenizer {
    public static final int BEGIN = 256;
    public static final int END = 257;
    public static final int SIZE = 258;

    private final int size;

    public TinyTokenizer() {
        this(SIZE);
    }

    /** @param size tokens, also some that mean nothing */
    public TinyTokenizer(int size) {
        this.size = size;
    }

    /** The bytes of a text as tokens. */
    public static int[] tokens(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            tokens[i] = bytes[i] & 0xFF;
        }
        return tokens;
    }

    @Override
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        int[] bytes = tokens(parseSpecial ? text.replace("<begin>", "") : text);
        if (parseSpecial && text.startsWith("<begin>")) {
            bytes = withBegin(bytes);
        }
        return addSpecial ? withBegin(bytes) : bytes;
    }

    private static int[] withBegin(int[] bytes) {
        int[] tokens = new int[bytes.length + 1];
        tokens[0] = BEGIN;
        System.arraycopy(bytes, 0, tokens, 1, bytes.length);
        return tokens;
    }

    @Override
    public int vocabularySize() {
        return size;
    }

    @Override
    public byte[] bytes(int token) {
        return token < 256 ? new byte[] {(byte) token} : new byte[0];
    }

    @Override
    public String piece(int token) {
        return decode(new int[] {token});
    }

    @Override
    public boolean isControl(int token) {
        return token >= BEGIN;
    }

    @Override
    public boolean isEndOfGeneration(int token) {
        return token == END;
    }

    @Override
    public OptionalInt bos() {
        return OptionalInt.of(BEGIN);
    }

    @Override
    public OptionalInt eos() {
        return OptionalInt.of(END);
    }

    @Override
    public boolean addsBos() {
        return true;
    }

    @Override
    public boolean addsSpacePrefix() {
        return false;
    }
}
