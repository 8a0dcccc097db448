package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A small model with the vocabulary of the one that is served: guesses tokens, which the large one checks several at a time. Used by one
 * thread.
 */
final class DraftModel implements AutoCloseable {
    private static final double WEIGHT = 0.15;

    /** Tokens by which the speed of reading is measured. */
    private static final int MEASURED_TOKENS = 16;

    private final Lockstep model;
    private final Machine machine;
    private final int vocabulary;
    private final Step step;
    private final StepTimes times = new StepTimes();
    private final DraftLedger ledger = new DraftLedger();
    private final LongSupplier clock;
    private double nanosPerReadToken;

    /** What texts begin with, learnt from those before them. */
    private double trust = 0.7;

    private DraftModel(Lockstep model, Lockstep served, LongSupplier clock) {
        this.model = model;
        this.machine = model.machine();
        this.vocabulary = Math.min(
                model.tokenizer().vocabularySize(),
                Math.min(machine.vocabularySize(), served.machine().vocabularySize()));
        this.step = new Step(machine);
        this.clock = clock;
    }

    /**
     * Takes a model to draft with.
     *
     * @param clock of nanoseconds
     * @throws EngineException if it speaks of other tokens than the model that is served
     */
    static DraftModel of(Lockstep draft, Lockstep served, LongSupplier clock) {
        Tokenizer small = draft.tokenizer();
        Tokenizer large = served.tokenizer();
        if (small.vocabularySize() != large.vocabularySize()) {
            throw foreign(draft, served, small.vocabularySize() + " tokens instead of " + large.vocabularySize());
        }
        for (int token = 0; token < large.vocabularySize(); token++) {
            if (small.isControl(token) != large.isControl(token)
                    || !Arrays.equals(small.bytes(token), large.bytes(token))
                    || !small.piece(token).equals(large.piece(token))) {
                throw foreign(draft, served, "token " + token + " differs");
            }
        }
        return new DraftModel(draft, served, clock);
    }

    private static EngineException foreign(Lockstep draft, Lockstep served, String difference) {
        return new EngineException("the draft model " + draft.name() + " has another vocabulary than " + served.name()
                + " (" + difference + "); take one of the same family");
    }

    Machine machine() {
        return machine;
    }

    DraftLedger ledger() {
        return ledger;
    }

    /**
     * A text that it is to follow.
     *
     * @param memory where the draft's blocks count, too
     */
    DraftText follow(KvMemory memory) {
        return new DraftText(this, memory, trust);
    }

    /** How long it takes for a token more of one text; 0 until that was measured. */
    double nanosPerGuess() {
        return times.known() ? times.nanos(1) : 0;
    }

    /** How long it takes to read so many tokens. */
    double nanosToRead(int tokens) {
        return tokens * nanosPerReadToken;
    }

    /** Measures how long it takes to read and to guess, so that no text has to pay for that; twice, since what runs first is slow. */
    void measure() {
        int read = Math.min(MEASURED_TOKENS, Math.min(machine.maxStepTokens(), machine.contextLength() - 1));
        for (int time = 0; time < 2 && read > 0; time++) {
            try (Sequence text = machine.open()) {
                nanosPerReadToken = (double) nanos(text, read) / read;
                long guess = nanos(text, 1);
                if (time > 0) {
                    times.measured(1, guess);
                }
            }
        }
    }

    private long nanos(Sequence text, int tokens) {
        step.clear();
        for (int i = 0; i < tokens; i++) {
            step.add(text, 0, i == tokens - 1);
        }
        long start = clock.getAsLong();
        machine.run(step);
        return clock.getAsLong() - start;
    }

    void learnTrust(double ofText) {
        trust += WEIGHT * (ofText - trust);
    }

    /** Makes the guesses that the texts ask for. */
    void guess(List<DraftText> texts) {
        long start = clock.getAsLong();
        int read = read(texts);
        double nanosPerToken = (double) (clock.getAsLong() - start) / read;
        nanosPerReadToken += WEIGHT * (nanosPerToken - nanosPerReadToken);
        while (goOn(texts)) {}
        double share = (double) (clock.getAsLong() - start) / texts.size();
        texts.forEach(text -> text.paid(share));
    }

    /** Reads what the texts have got since; the logits after each give its first guess. */
    private int read(List<DraftText> texts) {
        int read = 0;
        int next = 0;
        while (next < texts.size()) {
            step.clear();
            int first = next;
            while (next < texts.size() && texts.get(next).read(step, machine)) {
                next++;
            }
            machine.run(step);
            read += step.size();
            for (DraftText text : texts.subList(first, next)) {
                text.take(step, vocabulary);
            }
        }
        return read;
    }

    /** One more guess for each text that wants one. */
    private boolean goOn(List<DraftText> texts) {
        step.clear();
        for (DraftText text : texts) {
            text.goOn(step);
        }
        if (step.size() == 0) {
            return false;
        }
        long start = clock.getAsLong();
        machine.run(step);
        times.measured(step.size(), clock.getAsLong() - start);
        for (DraftText text : texts) {
            if (text.inStep()) {
                text.take(step, vocabulary);
            }
        }
        return true;
    }

    @Override
    public void close() {
        model.close();
    }
}
