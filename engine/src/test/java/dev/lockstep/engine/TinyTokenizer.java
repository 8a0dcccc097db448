package dev.lockstep.engine;

import dev.lockstep.text.FillTokens;
import dev.lockstep.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** One token per byte, a token that begins a text and one that ends an answer. */
public final class TinyTokenizer implements Tokenizer {
    public static final int BEGIN = 256;
    public static final int END = 257;
    public static final int SIZE = 258;

    /** The tokens of one that fills gaps: before, after, middle. */
    public static final List<String> FILL = List.of("<before>", "<after>", "<middle>");

    private final int size;

    public TinyTokenizer() {
        this(SIZE);
    }

    /** @param size tokens, also some that mean nothing */
    public TinyTokenizer(int size) {
        this.size = size;
    }

    /** One for models that fill gaps. */
    public static TinyTokenizer filling() {
        return new TinyTokenizer(SIZE + FILL.size());
    }

    @Override
    public Optional<FillTokens> fillTokens() {
        return size == SIZE + FILL.size()
                ? Optional.of(new FillTokens(SIZE, SIZE + 1, SIZE + 2, OptionalInt.empty()))
                : Optional.empty();
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
        if (parseSpecial && fillTokens().isPresent()) {
            return parsed(text, addSpecial);
        }
        int[] bytes = tokens(parseSpecial ? text.replace("<begin>", "") : text);
        if (parseSpecial && text.startsWith("<begin>")) {
            bytes = withBegin(bytes);
        }
        return addSpecial ? withBegin(bytes) : bytes;
    }

    private static int[] parsed(String text, boolean addSpecial) {
        var tokens = IntStream.builder();
        if (addSpecial) {
            tokens.add(BEGIN);
        }
        for (int at = 0; at < text.length(); ) {
            int from = at;
            Optional<String> mark =
                    FILL.stream().filter(name -> text.startsWith(name, from)).findFirst();
            mark.ifPresent(name -> tokens.add(SIZE + FILL.indexOf(name)));
            int length = mark.map(String::length).orElse(1);
            if (mark.isEmpty()) {
                Arrays.stream(tokens(text.substring(at, at + 1))).forEach(tokens::add);
            }
            at += length;
        }
        return tokens.build().toArray();
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
        return token >= SIZE && fillTokens().isPresent() ? FILL.get(token - SIZE) : decode(new int[] {token});
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
