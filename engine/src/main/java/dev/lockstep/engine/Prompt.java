package dev.lockstep.engine;

import dev.lockstep.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

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

    int[] encode(Tokenizer tokenizer);
}
