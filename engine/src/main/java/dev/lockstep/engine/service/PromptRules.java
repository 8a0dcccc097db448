package dev.lockstep.engine.service;

import dev.lockstep.engine.PromptCheck;
import dev.lockstep.graph.machine.Machine;

/** Refuses prompts that the machine would not take. */
final class PromptRules {
    private PromptRules() {}

    static void check(int[] prompt, Machine machine) {
        if (prompt.length > machine.contextLength()) {
            throw new ContextExceededException(prompt.length, machine.contextLength());
        }
        PromptCheck.objection(prompt, machine.vocabularySize()).ifPresent(sentence -> {
            throw new InvalidRequestException("input", sentence);
        });
    }
}
