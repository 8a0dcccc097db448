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

    @Test
    void shouldStayInThePassageThatItFollows() {
        int[] tokens = {7, 6, 1, 2, 3, 4, 8, 1, 2, 3, 5, 9, 7, 6, 1, 2, 3};
        int[] guesses = new int[1];
        for (int size = 1; size <= tokens.length; size++) {
            lookup.read(tokens, size);
            if (lookup.find(tokens, size)) {
                lookup.guess(tokens, size, guesses, 1);
            }
        }
        assertThat(guesses)
                .as("1 2 3 was last followed by 5, but 7 6 1 2 3 by 4")
                .containsExactly(4);
    }

    /** Never worse than the last place that a search through all of the text finds. */
    @Test
    void shouldFindWhatASearchFinds() {
        for (int seed = 1; seed <= 20; seed++) {
            var fresh = new PromptLookup();
            int[] tokens = new Random(seed).ints(3000, 0, 12).toArray();
            int[] guesses = new int[1];
            int found = 0;
            for (int size = 1; size < tokens.length; size++) {
                fresh.read(tokens, size);
                int place = search(tokens, size);
                if (fresh.find(tokens, size)) {
                    fresh.guess(tokens, size, guesses, 1);
                    assertThat(place).isPositive();
                    assertThat(occurs(tokens, size, Math.min(12, equal(tokens, place, size)), guesses[0]))
                            .as("seed %d, size %d", seed, size)
                            .isTrue();
                    found++;
                }
            }
            assertThat(found).isGreaterThan(1000);
        }
    }

    /** Whether {@code next} has followed the last {@code count} tokens before. */
    private static boolean occurs(int[] tokens, int size, int count, int next) {
        for (int place = count; place < size; place++) {
            if (tokens[place] == next && equal(tokens, place, size) >= count) {
                return true;
            }
        }
        return false;
    }

    private static int equal(int[] tokens, int place, int size) {
        int equal = 0;
        while (equal < place && tokens[place - 1 - equal] == tokens[size - 1 - equal]) {
            equal++;
        }
        return equal;
    }

    private static int search(int[] tokens, int size) {
        for (int place = size - 1; place >= 3; place--) {
            if (equal(tokens, place, size) >= 3) {
                return place;
            }
        }
        return 0;
    }

    private int[] guess(int most, int... tokens) {
        int[] guesses = new int[most];
        lookup.read(tokens, tokens.length);
        if (!lookup.find(tokens, tokens.length)) {
            return new int[0];
        }
        lookup.guess(tokens, tokens.length, guesses, most);
        return guesses;
    }

    private static double trustAfter(int[] tokens) {
        var lookup = new PromptLookup();
        for (int size = 1; size <= tokens.length; size++) {
            lookup.read(tokens, size);
            lookup.find(tokens, size);
        }
        return lookup.trust();
    }
}
