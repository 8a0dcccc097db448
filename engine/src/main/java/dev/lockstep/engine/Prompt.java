package dev.lockstep.engine;

import dev.lockstep.text.Tokenizer;
import java.util.List;

/** What a model is to continue. */
public sealed interface Prompt {
    /**
     * Text, behind the tokens that the vocabulary puts at the start.
     *
     * @param parseSpecial whether control tokens written out in the text become those tokens
     */
    record Text(String text, boolean parseSpecial) implements Prompt {
        @Override
        public int[] encode(Tokenizer tokenizer) {
            return tokenizer.encode(text, true, parseSpecial);
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
