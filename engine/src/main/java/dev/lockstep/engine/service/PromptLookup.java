package dev.lockstep.engine.service;

import java.util.Arrays;

/**
 * Guesses how a text goes on from what it said before: where its last three tokens occurred already, the tokens behind them are the
 * guess. Of the last such place and the one that was right before it takes the one where more tokens before are the same. Knows how often
 * guesses after so many equal tokens were right lately, also those that nobody computed ahead.
 */
final class PromptLookup {
    private static final int GRAM = 3;
    private static final int NOWHERE = -1;

    /** How much a single guess counts. */
    private static final double WEIGHT = 0.1;

    /** Most tokens before two places that are compared. */
    private static final int MOST_EQUAL = 4 * GRAM;

    /** How likely the first token of a guess is right after 3 to 5, 6 to 11, and more equal tokens. */
    private final double[] trust = {0.4, 0.6, 0.8};

    /** By hash of three tokens: the place behind their last occurrence, 0 for none. */
    private int[] places = new int[1 << 10];

    private int known;
    private int guessedAt = NOWHERE;
    private int place;
    private int equal;

    /** How likely the first token of the last guess is right. */
    double trust() {
        return trust[trustIndex()];
    }

    private int trustIndex() {
        return equal < 2 * GRAM ? 0 : equal < MOST_EQUAL ? 1 : 2;
    }

    /** Takes in the tokens of a text up to {@code size}; those before were taken in already. */
    void read(int[] tokens, int size) {
        if (size < known) { // the text was shortened
            Arrays.fill(places, 0);
            known = 0;
            guessedAt = NOWHERE;
        }
        if (2 * size > places.length) {
            places = new int[4 * Integer.highestOneBit(size)];
            known = 0;
        }
        if (guessedAt != NOWHERE && guessedAt >= known && guessedAt < size) {
            int right = tokens[guessedAt] == tokens[place] ? 1 : 0;
            trust[trustIndex()] += WEIGHT * (right - trust());
        }
        for (int position = Math.max(known, GRAM); position < size; position++) {
            places[slot(tokens, position)] = position;
        }
        known = size;
    }

    /** Looks for a place like the end of the first {@code size} tokens, which were all taken in; false if there is none. */
    boolean find(int[] tokens, int size) {
        int latest = size < GRAM ? 0 : places[slot(tokens, size)];
        int latestEqual = equal(tokens, latest, size);
        int followed = guessedAt == NOWHERE ? 0 : place + size - guessedAt;
        int followedEqual = equal(tokens, followed, size);
        place = followedEqual >= latestEqual ? followed : latest;
        equal = Math.max(followedEqual, latestEqual);
        guessedAt = equal < GRAM ? NOWHERE : size;
        return equal >= GRAM;
    }

    /** How many tokens before a place are those at the end of the text. */
    private static int equal(int[] tokens, int place, int size) {
        int most = Math.min(place, MOST_EQUAL);
        int equal = 0;
        while (equal < most && tokens[place - 1 - equal] == tokens[size - 1 - equal]) {
            equal++;
        }
        return equal;
    }

    /** Guesses the tokens behind the first {@code size}, from the place that was found. */
    void guess(int[] tokens, int size, int[] guesses, int count) {
        for (int i = 0; i < count; i++) {
            guesses[i] = place + i < size ? tokens[place + i] : guesses[place + i - size];
        }
    }

    private int slot(int[] tokens, int position) {
        int hash = tokens[position - 3] * 0x9E3779B1
                ^ tokens[position - 2] * 0x85EBCA77
                ^ tokens[position - 1] * 0xC2B2AE3D;
        hash ^= hash >>> 15;
        hash *= 0x2C1B3C6D;
        return (hash ^ hash >>> 13) & places.length - 1;
    }
}
