package dev.lockstep.engine;

import java.util.Optional;

/** What a machine would not take is refused before it runs. */
public final class PromptCheck {
    private PromptCheck() {}

    /** What is wrong with the tokens of a prompt, in a sentence. */
    public static Optional<String> objection(int[] prompt, int vocabularySize) {
        if (prompt.length == 0) {
            return Optional.of("the prompt has no tokens; give some text to continue");
        }
        for (int i = 0; i < prompt.length; i++) {
            if (prompt[i] < 0 || prompt[i] >= vocabularySize) {
                return Optional.of("token " + prompt[i] + " at position " + i
                        + " of the prompt is not in the vocabulary, which has tokens 0 to " + (vocabularySize - 1));
            }
        }
        return Optional.empty();
    }

    /** Why so many tokens are too many, in a sentence. */
    public static String tooLong(int tokens, int contextLength) {
        return "the prompt has " + tokens + " tokens, but the context holds " + contextLength
                + "; shorten the prompt or open the model with a larger context";
    }

    static void check(int[] prompt, int vocabularySize, int contextLength) {
        if (prompt.length > contextLength) {
            throw new EngineException(tooLong(prompt.length, contextLength));
        }
        objection(prompt, vocabularySize).ifPresent(sentence -> {
            throw new EngineException(sentence);
        });
    }
}
