package dev.lockstep.engine.service;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import java.util.Optional;

/**
 * A text on the draft model's machine, which follows the one that is served. Where its guesses do not pay, they are tried again when it
 * has the credit for it, so that it does not live on what guesses save others.
 */
final class DraftText {
    /** What it has saved counts up to so many tokens: more says nothing about what comes now. */
    private static final double MOST_SAVED = 8;

    private static final double WEIGHT = 0.1;
    private static final int NOT_IN_STEP = -1;

    private final DraftModel model;
    private final KvMemory memory;
    private double trust;
    private Optional<Sequence> sequence = Optional.empty();

    /** Of the text that is served. */
    private int[] tokens = {};

    private int size;

    /** Where the guesses go, and how many are there and wanted. */
    private int[] guesses = {};

    private int made;
    private int wanted;

    private int logitsIndex = NOT_IN_STEP;

    /** Blocks of KV cache that it has taken. */
    private int blocks;

    /** Time saved minus time spent, and its share of what may be lost. */
    private double credit;

    private double paid;

    DraftText(DraftModel model, KvMemory memory, double trust) {
        this.model = model;
        this.memory = memory;
        this.trust = trust;
    }

    /**
     * How many tokens behind the first {@code size} are worth guessing; takes memory for them.
     *
     * @param served how long steps of the served model take
     */
    int worthwhile(int[] tokens, int size, StepTimes served, int streams, int tokensInStep, int most) {
        this.tokens = tokens;
        this.size = size;
        if (!served.known()) {
            return 0;
        }
        double step = served.nanos(tokensInStep);
        credit += DraftLedger.MOST_LOSS * step / streams;
        int room = Math.min(most, model.machine().contextLength() - size);
        if (room <= 0) {
            return 0;
        }
        int best = served.worthwhile(streams, tokensInStep, trust, room, model.nanosPerGuess());
        int count = Math.max(1, best);
        double cost = model.nanosToRead(size - sequence.map(Sequence::length).orElse(0))
                + count * model.nanosPerGuess()
                + served.nanos(tokensInStep + count)
                - step;
        boolean may = model.ledger().affords(cost, step) && (best > 0 || cost <= credit);
        return may && reserve(size + count) ? count : 0;
    }

    /** Takes memory for so many tokens; false if there is none. */
    private boolean reserve(int length) {
        int missing = KvLayout.blocks(length) - blocks;
        if (missing > 0 && !memory.takeBytes(missing * model.machine().kvBlockBytes())) {
            return false;
        }
        blocks += Math.max(0, missing);
        return true;
    }

    /** Asks for guesses. */
    void want(int[] guesses, int count) {
        this.guesses = guesses;
        this.wanted = count;
        this.made = 0;
    }

    /** Puts what is missing into a step; whether all of it had room. */
    boolean read(Step step, Machine machine) {
        Sequence text = sequence.orElseGet(machine::open);
        sequence = Optional.of(text);
        if (text.length() >= size) {
            text.truncate(size - 1); // the logits after the last token are wanted
        }
        while (text.length() + inStep(step) < size && step.size() < machine.maxStepTokens()) {
            int position = text.length() + inStep(step);
            step.add(text, tokens[position], position == size - 1);
            logitsIndex = position == size - 1 ? step.size() - 1 : NOT_IN_STEP;
        }
        return logitsIndex != NOT_IN_STEP;
    }

    private int inStep(Step step) {
        int count = 0;
        for (int i = step.size() - 1; i >= 0 && step.sequence(i) == sequence.orElseThrow(); i--) {
            count++;
        }
        return count;
    }

    boolean inStep() {
        return logitsIndex != NOT_IN_STEP;
    }

    /** Puts its last guess into a step if another one is wanted. */
    void goOn(Step step) {
        if (made < wanted) {
            logitsIndex = step.size();
            step.add(sequence.orElseThrow(), guesses[made - 1], true);
        }
    }

    /** Guesses the likeliest token after a step. */
    void take(Step step, int vocabulary) {
        int offset = step.logitsOffset(step.logitsRow(logitsIndex));
        float[] logits = step.logits();
        int best = 0;
        for (int token = 1; token < vocabulary; token++) {
            best = logits[offset + token] > logits[offset + best] ? token : best;
        }
        guesses[made++] = best;
        logitsIndex = NOT_IN_STEP;
    }

    /** Notes what guessing has cost besides. */
    void paid(double nanos) {
        paid += nanos;
    }

    /**
     * Learns how many of its guesses were right.
     *
     * @param saved what each of these has saved
     * @param longer how much longer the step took for them
     */
    void learn(int right, double saved, double longer) {
        sequence.ifPresent(text -> text.truncate(Math.min(text.length(), size + right)));
        for (int i = 0; i < Math.min(made, right + 1); i++) {
            trust += WEIGHT * ((i < right ? 1 : 0) - trust);
        }
        double gain = right * saved - longer - paid;
        credit = Math.min(Math.max(credit, MOST_SAVED * saved), credit + gain);
        model.ledger().settle(gain);
        paid = 0;
        made = 0;
        wanted = 0;
        model.learnTrust(trust);
    }

    /** Forgets the text, which begins anew. */
    void close() {
        sequence.ifPresent(Sequence::close);
        sequence = Optional.empty();
        memory.giveBackBytes(blocks * model.machine().kvBlockBytes());
        blocks = 0;
        made = 0;
        wanted = 0;
        logitsIndex = NOT_IN_STEP;
    }
}
