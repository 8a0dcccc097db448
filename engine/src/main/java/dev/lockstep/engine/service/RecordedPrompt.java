package dev.lockstep.engine.service;

import java.util.List;

/**
 * A prompt as a receipt has it: its tokens, and what else of a conversation decides which tokens follow.
 *
 * @param tokens up to where the answer begins, also if that is within a call
 * @param thinks whether what the model thinks is told from what it says
 * @param begunReasoning whether the prompt ends within what it thinks
 */
record RecordedPrompt(
        List<Integer> tokens,
        List<Tool> tools,
        ToolChoice toolChoice,
        boolean parallelToolCalls,
        boolean thinks,
        boolean begunReasoning)
        implements Input {}
