package dev.lockstep.engine.service;

import dev.lockstep.graph.machine.Machine;

/** What a machine would not take is refused before it runs. */
final class PromptRules {
    private PromptRules() {}

    static void check(int[] prompt, Machine machine) {
        if (prompt.length == 0) {
            throw new InvalidRequestException("input", "the prompt has no tokens; give some text to continue");
        }
        if (prompt.length > machine.contextLength()) {
            throw new ContextExceededException(prompt.length, machine.contextLength());
        }
        int vocabulary = machine.vocabularySize();
        for (int i = 0; i < prompt.length; i++) {
            if (prompt[i] < 0 || prompt[i] >= vocabulary) {
                throw new InvalidRequestException(
                        "input",
                        "token " + prompt[i] + " at position " + i
                                + " of the prompt is not in the vocabulary, which has tokens 0 to " + (vocabulary - 1));
            }
        }
    }
}
