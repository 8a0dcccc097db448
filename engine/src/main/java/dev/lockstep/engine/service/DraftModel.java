package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.text.Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * A small model with the vocabulary of the one that is served: guesses tokens, which the large one checks several at a time. Used by one
 * thread.
 */
final class DraftModel implements AutoCloseable {
    private static final double WEIGHT = 0.15;

    private final Lockstep model;
    private final Machine machine;
    private final int vocabulary;
    private final Step step;
    private final StepTimes times = new StepTimes();
    private double nanosPerReadToken;

    /** What texts begin with, learnt from those before them. */
    private double trust = 0.7;

    private DraftModel(Lockstep model, Lockstep served) {
        this.model = model;
        this.machine = model.machine();
        this.vocabulary = Math.min(
                model.tokenizer().vocabularySize(),
                Math.min(machine.vocabularySize(), served.machine().vocabularySize()));
        this.step = new Step(machine);
    }

    /**
     * Takes a model to draft with.
     *
     * @throws EngineException if it speaks of other tokens than the model that is served
     */
    static DraftModel of(Lockstep draft, Lockstep served) {
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
        return new DraftModel(draft, served);
    }

    private static EngineException foreign(Lockstep draft, Lockstep served, String difference) {
        return new EngineException("the draft model " + draft.name() + " has another vocabulary than " + served.name()
                + " (" + difference + "); take one of the same family");
    }

    Machine machine() {
        return machine;
    }

    /** A text that it is to follow. */
    DraftText follow() {
        return new DraftText(this, trust);
    }

    /** How long it takes for a token more of one text; 0 until that was measured. */
    double nanosPerGuess() {
        return times.known() ? times.nanos(1) : 0;
    }

    /** How long it takes to read so many tokens. */
    double nanosToRead(int tokens) {
        return tokens * nanosPerReadToken;
    }

    void learnTrust(double ofText) {
        trust += WEIGHT * (ofText - trust);
    }

    /** Makes the guesses that the texts ask for. */
    void guess(List<DraftText> texts) {
        long start = System.nanoTime();
        int read = read(texts);
        nanosPerReadToken += WEIGHT * ((double) (System.nanoTime() - start) / read - nanosPerReadToken);
        while (goOn(texts)) {}
        double share = (double) (System.nanoTime() - start) / texts.size();
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
        long start = System.nanoTime();
        machine.run(step);
        times.measured(step.size(), System.nanoTime() - start);
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
