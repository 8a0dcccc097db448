package dev.lockstep.engine;

/** What a machine would not take is refused before it runs. */
final class PromptCheck {
    private PromptCheck() {}

    static void check(int[] prompt, int vocabularySize, int contextLength) {
        if (prompt.length == 0) {
            throw new EngineException("the prompt has no tokens; give some text to continue");
        }
        if (prompt.length > contextLength) {
            throw new EngineException("the prompt has " + prompt.length + " tokens, but the context holds "
                    + contextLength + "; shorten the prompt or open the model with a larger context");
        }
        for (int i = 0; i < prompt.length; i++) {
            if (prompt[i] < 0 || prompt[i] >= vocabularySize) {
                throw new EngineException("token " + prompt[i] + " at position " + i
                        + " of the prompt is not in the vocabulary, which has tokens 0 to " + (vocabularySize - 1));
            }
        }
    }
}
