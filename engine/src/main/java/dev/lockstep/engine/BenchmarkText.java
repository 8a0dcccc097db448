package dev.lockstep.engine;

import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;

/** A text that grows by tokens that nobody chose: what a benchmark times. */
final class BenchmarkText implements AutoCloseable {
    private final Machine machine;
    private final Sequence sequence;
    private final Step step;

    BenchmarkText(Machine machine) {
        this.machine = machine;
        this.sequence = machine.open();
        this.step = new Step(machine);
    }

    /** Tokens in the KV cache. */
    int length() {
        return sequence.length();
    }

    /** Forgets all tokens. */
    void clear() {
        sequence.truncate(0);
    }

    /** Computes the next chunk of {@code prompt}, of which the cache holds the first {@link #length} tokens. */
    void prefill(int[] prompt) {
        int from = sequence.length();
        int to = Math.min(prompt.length, from + machine.maxStepTokens());
        step.clear();
        for (int i = from; i < to; i++) {
            step.add(sequence, prompt[i], i == prompt.length - 1);
        }
        machine.run(step);
    }

    /** Appends a token and computes the logits after it. */
    void append(int token) {
        step.clear();
        step.add(sequence, token, true);
        machine.run(step);
    }

    @Override
    public void close() {
        sequence.close();
    }
}
