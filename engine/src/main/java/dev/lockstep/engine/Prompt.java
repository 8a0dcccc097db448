package dev.lockstep.engine;

import dev.lockstep.text.FillTokens;
import dev.lockstep.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What a model is to continue. */
public sealed interface Prompt {
    /**
     * Text, behind the token that the vocabulary puts at the start; once, also if the text itself writes it out.
     *
     * @param parseSpecial whether control tokens written out in the text become those tokens
     */
    record Text(String text, boolean parseSpecial) implements Prompt {
        @Override
        public int[] encode(Tokenizer tokenizer) {
            int[] tokens = tokenizer.encode(text, true, parseSpecial);
            boolean twice = parseSpecial
                    && tokens.length > 1
                    && tokens[0] == tokens[1]
                    && tokenizer.bos().equals(OptionalInt.of(tokens[0]));
            return twice ? Arrays.copyOfRange(tokens, 1, tokens.length) : tokens;
        }
    }

    /** Exactly these tokens. */
    record Tokens(List<Integer> tokens) implements Prompt {
        public Tokens {
            tokens = List.copyOf(tokens);
        }

        @Override
        public int[] encode(Tokenizer tokenizer) {
            return tokens.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /**
     * A text with a gap, for models that were trained to fill it.
     *
     * @param context other files that belong to it
     */
    record Fill(String before, String after, List<File> context) implements Prompt {
        /** Another file. */
        public record File(String name, String text) {}

        public Fill {
            context = List.copyOf(context);
        }

        /** @throws IllegalArgumentException if there are no tokens for it, see {@link Tokenizer#fillTokens} */
        @Override
        public int[] encode(Tokenizer tokenizer) {
            FillTokens marks = tokenizer
                    .fillTokens()
                    .orElseThrow(() -> new IllegalArgumentException("this model does not fill in the middle"));
            var tokens = IntStream.builder();
            if (tokenizer.addsBos()) {
                tokenizer.bos().ifPresent(tokens::add);
            }
            for (File file : context) {
                marks.file().ifPresent(tokens::add);
                add(tokens, tokenizer, file.name() + "\n" + file.text() + "\n");
            }
            if (!context.isEmpty()) {
                marks.file().ifPresent(tokens::add);
            }
            tokens.add(marks.before());
            add(tokens, tokenizer, before);
            tokens.add(marks.after());
            add(tokens, tokenizer, after);
            tokens.add(marks.middle());
            return tokens.build().toArray();
        }

        private static void add(IntStream.Builder tokens, Tokenizer tokenizer, String text) {
            Arrays.stream(tokenizer.encode(text, false, false)).forEach(tokens::add);
        }
    }

    /** The tokens that it becomes. */
    int[] encode(Tokenizer tokenizer);
}
