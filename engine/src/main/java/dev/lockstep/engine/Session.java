package dev.lockstep.engine;

import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;

/**
 * One text on one machine. Remembers which tokens the KV cache holds, so that a prompt that begins like the last text (the
 * next turn of a chat) only computes what is new.
 */
final class Session implements AutoCloseable {
    private final Machine machine;
    private final Sequence sequence;
    private final Step step;

    /** Tokens of the KV cache; valid up to the length of the sequence. */
    private final int[] tokens;

    Session(Machine machine) {
        this.machine = machine;
        this.sequence = machine.open();
        this.step = new Step(machine);
        this.tokens = new int[machine.contextLength()];
    }

    /** Tokens in the KV cache. */
    int length() {
        return sequence.length();
    }

    /** Forgets all tokens. */
    void clear() {
        sequence.truncate(0);
    }

    int contextLength() {
        return machine.contextLength();
    }

    int vocabularySize() {
        return machine.vocabularySize();
    }

    /**
     * Forgets all but the longest common beginning with {@code prompt}, and at least its last token: its logits are wanted.
     *
     * @return the tokens that are kept
     */
    int keepPrefix(int[] prompt) {
        int most = Math.min(sequence.length(), prompt.length - 1);
        int common = 0;
        while (common < most && tokens[common] == prompt[common]) {
            common++;
        }
        sequence.truncate(common);
        return common;
    }

    /** Computes the next chunk of {@code prompt}, of which the cache holds the first {@link #length} tokens. */
    void prefill(int[] prompt) {
        int from = sequence.length();
        int to = Math.min(prompt.length, from + machine.maxStepTokens());
        step.clear();
        for (int i = from; i < to; i++) {
            tokens[i] = prompt[i];
            step.add(sequence, prompt[i], i == prompt.length - 1);
        }
        machine.run(step);
    }

    /** Appends a token and computes the logits after it. */
    void append(int token) {
        step.clear();
        tokens[sequence.length()] = token;
        step.add(sequence, token, true);
        machine.run(step);
    }

    /** The logits after the last token, from index 0 on; valid until the next step. */
    float[] logits() {
        return step.logits();
    }

    @Override
    public void close() {
        sequence.close();
    }
}
