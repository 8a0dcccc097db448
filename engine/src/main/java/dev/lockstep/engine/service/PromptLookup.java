package dev.lockstep.engine.service;

import java.util.Arrays;

/**
 * Guesses how a text goes on from what it said before: where its last three tokens occurred already, the tokens behind them are the
 * guess. Knows how often such guesses were right lately, also those that nobody computed ahead.
 */
final class PromptLookup {
    private static final int GRAM = 3;
    private static final int NOWHERE = -1;

    /** How much a single guess counts. */
    private static final double WEIGHT = 0.1;

    /** By hash of three tokens: the place behind their last occurrence, 0 for none. */
    private int[] places = new int[1 << 10];

    private int known;
    private int guessedAt = NOWHERE;
    private int guess;
    private double trust = 0.6;

    /** How likely the first token of a guess is right. */
    double trust() {
        return trust;
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
        for (int place = known; place < size; place++) {
            if (place == guessedAt) {
                trust += WEIGHT * ((tokens[place] == guess ? 1 : 0) - trust);
            }
            if (place >= GRAM) {
                places[slot(tokens, place)] = place;
            }
        }
        known = size;
    }

    /**
     * Guesses the tokens behind the first {@code size}, which were all taken in.
     *
     * @return how many; 0 if there is no guess
     */
    int guess(int[] tokens, int size, int[] guesses, int most) {
        guessedAt = NOWHERE;
        int place = size < GRAM ? 0 : places[slot(tokens, size)];
        if (place == 0 || !Arrays.equals(tokens, place - GRAM, place, tokens, size - GRAM, size)) {
            return 0;
        }
        guessedAt = size;
        guess = tokens[place];
        for (int i = 0; i < most; i++) {
            guesses[i] = place + i < size ? tokens[place + i] : guesses[place + i - size];
        }
        return most;
    }

    private int slot(int[] tokens, int place) {
        int hash = tokens[place - 3] * 0x9E3779B1 ^ tokens[place - 2] * 0x85EBCA77 ^ tokens[place - 1] * 0xC2B2AE3D;
        hash ^= hash >>> 15;
        hash *= 0x2C1B3C6D;
        return (hash ^ hash >>> 13) & places.length - 1;
    }
}
