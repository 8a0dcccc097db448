package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PromptLookupTest {
    private final PromptLookup lookup = new PromptLookup();

    @Test
    void shouldGuessWhatFollowedTheSameThreeTokens() {
        assertThat(guess(4, 1, 2, 3, 4, 5, 6, 1, 2, 3)).containsExactly(4, 5, 6, 1);
        assertThat(guess(4, 1, 2, 3, 9, 2, 3)).isEmpty();
        assertThat(guess(2, 1, 2)).isEmpty();
    }

    @Test
    void shouldTakeTheLastOccurrence() {
        assertThat(guess(1, 1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3)).containsExactly(5);
    }

    @Test
    void shouldGoOnWithItsOwnGuess() {
        assertThat(guess(7, 1, 2, 1, 2, 1)).containsExactly(2, 1, 2, 1, 2, 1, 2);
    }

    @Test
    void shouldLearnHowGoodItsGuessesAre() {
        var random = new Random(1);
        int[] noise = random.ints(2000, 0, 3).toArray();
        assertThat(trustAfter(noise)).isBetween(0.1, 0.6);
        int[] repeating = new int[500];
        Arrays.setAll(repeating, i -> i % 7);
        assertThat(trustAfter(repeating)).isGreaterThan(0.95);
    }

    @Test
    void shouldStartOverWhenTheTextIsShortened() {
        assertThat(guess(1, 1, 2, 3, 4, 1, 2, 3)).containsExactly(4);
        assertThat(guess(1, 1, 2, 3)).isEmpty();
    }

    /** The same as a search through all of the text. */
    @Test
    void shouldFindWhatASearchFinds() {
        for (int seed = 1; seed <= 20; seed++) {
            var fresh = new PromptLookup();
            int[] tokens = new Random(seed).ints(3000, 0, 12).toArray();
            int[] guesses = new int[1];
            for (int size = 1; size < tokens.length; size++) {
                fresh.read(tokens, size);
                int found = fresh.guess(tokens, size, guesses, 1);
                int place = search(tokens, size);
                if (found > 0) { // of two with the same hash the later one is remembered
                    assertThat(guesses[0]).as("seed %d, size %d", seed, size).isEqualTo(tokens[place]);
                }
                assertThat(place > 0 || found == 0).isTrue();
            }
        }
    }

    private static int search(int[] tokens, int size) {
        for (int place = size - 1; place >= 3; place--) {
            if (Arrays.equals(tokens, place - 3, place, tokens, size - 3, size)) {
                return place;
            }
        }
        return 0;
    }

    private int[] guess(int most, int... tokens) {
        int[] guesses = new int[most];
        lookup.read(tokens, tokens.length);
        return Arrays.copyOf(guesses, lookup.guess(tokens, tokens.length, guesses, most));
    }

    private static double trustAfter(int[] tokens) {
        var lookup = new PromptLookup();
        int[] guesses = new int[1];
        for (int size = 1; size <= tokens.length; size++) {
            lookup.read(tokens, size);
            lookup.guess(tokens, size, guesses, 1);
        }
        return lookup.trust();
    }
}
