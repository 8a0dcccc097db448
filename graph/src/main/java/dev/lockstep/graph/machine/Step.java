package dev.lockstep.graph.machine;

import java.util.Arrays;

/**
 * What one step of a machine does: a list of (sequence, token), and the logits that come out. Reused from step to step, so
 * that generating a token allocates nothing.
 */
public final class Step {
    private final int[] tokens;
    private final Sequence[] sequences;
    private final int[] logitsRow;
    private final int vocabularySize;
    private float[] logits;
    private float[] hidden = new float[0];
    private int hiddenWidth;
    private int size;
    private int logitsRows;

    /** For a machine's largest step. */
    public Step(Machine machine) {
        this(machine.maxStepTokens(), machine.vocabularySize());
    }

    public Step(int maxTokens, int vocabularySize) {
        this.tokens = new int[maxTokens];
        this.sequences = new Sequence[maxTokens];
        this.logitsRow = new int[maxTokens];
        this.vocabularySize = vocabularySize;
        this.logits = new float[vocabularySize];
    }

    /** Forgets tokens and logits. */
    public void clear() {
        Arrays.fill(sequences, 0, size, null);
        size = 0;
        logitsRows = 0;
        hiddenWidth = 0;
    }

    /**
     * Appends {@code token} to {@code sequence}.
     *
     * @param wantsLogits whether the logits after this token are needed
     * @throws IllegalStateException if the step is full
     */
    public void add(Sequence sequence, int token, boolean wantsLogits) {
        if (size == tokens.length) {
            throw new IllegalStateException("a step takes at most " + tokens.length + " tokens");
        }
        sequences[size] = sequence;
        tokens[size] = token;
        logitsRow[size] = wantsLogits ? logitsRows++ : -1;
        size++;
        if (logits.length < logitsRows * vocabularySize) {
            logits = Arrays.copyOf(logits, Math.max(2 * logits.length, logitsRows * vocabularySize));
        }
    }

    /**
     * Asks, until the next {@link #clear}, also for the hidden rows of the tokens whose logits are wanted: what the model makes of a
     * token before it thinks of the next one.
     *
     * @param width of a row, see {@link Machine#hiddenWidth}
     */
    public void wantHidden(int width) {
        hiddenWidth = width;
    }

    /** Elements of a hidden row; 0 if none are wanted. */
    public int hiddenWidth() {
        return hiddenWidth;
    }

    /** Hidden rows in the order of {@link #logits}; machines write them. Longer than needed. */
    public float[] hidden() {
        if (hidden.length < logitsRows * hiddenWidth) {
            hidden = new float[logitsRows * hiddenWidth];
        }
        return hidden;
    }

    /** Tokens in this step. */
    public int size() {
        return size;
    }

    /** Tokens of this step whose logits are wanted. */
    public int logitsRows() {
        return logitsRows;
    }

    public Sequence sequence(int index) {
        return sequences[index];
    }

    public int token(int index) {
        return tokens[index];
    }

    /** Row of {@link #logits} for token {@code index} of the step, or -1 if it is not wanted. */
    public int logitsRow(int index) {
        return logitsRow[index];
    }

    /**
     * All wanted logits, row after row, each {@code vocabularySize} floats; machines write it, samplers read (and may change) it. Longer than
     * needed. Valid until the next {@link #clear}.
     */
    public float[] logits() {
        return logits;
    }

    /** Where row {@code row} starts in {@link #logits}. */
    public int logitsOffset(int row) {
        return row * vocabularySize;
    }
}
