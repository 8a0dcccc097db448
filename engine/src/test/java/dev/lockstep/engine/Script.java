package dev.lockstep.engine;

import dev.lockstep.text.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A model for {@link FakeMachine} that says what is written down for a prompt. Where several answers are, it likes the first best, and
 * takes another one where the rules of a request leave no way to the first: as a good model does under a grammar.
 */
public final class Script implements Function<List<Integer>, float[]> {
    private static final float FIRST = 1000;
    private static final float NEXT = 100;

    private final Tokenizer tokenizer;
    private final String mark;
    private final Function<String, List<String>> answers;

    /**
     * @param mark what stands in a prompt before an answer, last of all before the one that is due
     * @param answers from a prompt, up to and with the mark, to what may be answered
     */
    public Script(Tokenizer tokenizer, String mark, Function<String, List<String>> answers) {
        this.tokenizer = tokenizer;
        this.mark = mark;
        this.answers = answers;
    }

    @Override
    public float[] apply(List<Integer> tokens) {
        float[] logits = new float[tokenizer.vocabularySize()];
        String text = text(tokens);
        int begin = text.lastIndexOf(mark) + mark.length();
        float liking = FIRST;
        for (String answer : answers.apply(text.substring(0, begin))) {
            if (answer.startsWith(text.substring(begin))) {
                favour(answer.substring(text.length() - begin), liking, logits);
            }
            liking -= NEXT;
        }
        return logits;
    }

    /** Prefers the tokens that a text begins with, long ones most; the end if there is no text left. */
    private void favour(String rest, float liking, float[] logits) {
        byte[] bytes = rest.getBytes(StandardCharsets.UTF_8);
        for (int token = 0; token < logits.length; token++) {
            byte[] spelling = tokenizer.bytes(token);
            boolean goesOn = spelling.length > 0
                    && spelling.length <= bytes.length
                    && Arrays.mismatch(spelling, Arrays.copyOf(bytes, spelling.length)) < 0;
            boolean ends = rest.isEmpty() && tokenizer.isEndOfGeneration(token);
            if (goesOn || ends) {
                logits[token] = Math.max(logits[token], liking + Math.min(spelling.length, NEXT / 2));
            }
        }
    }

    private String text(List<Integer> tokens) {
        var bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            bytes.writeBytes(
                    tokenizer.isControl(token)
                            ? tokenizer.piece(token).getBytes(StandardCharsets.UTF_8)
                            : tokenizer.bytes(token));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
