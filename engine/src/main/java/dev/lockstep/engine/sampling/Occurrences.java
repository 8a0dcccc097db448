package dev.lockstep.engine.sampling;

/** How often each token occurs among the last ones. */
final class Occurrences {
    private final int[] counts;
    private final int[] window;
    private int accepted;

    Occurrences(int vocabularySize, int window) {
        this.counts = new int[vocabularySize];
        this.window = new int[window];
    }

    void accept(int token) {
        int slot = accepted % window.length;
        if (accepted >= window.length) {
            counts[window[slot]]--;
        }
        window[slot] = token;
        counts[token]++;
        accepted++;
    }

    /** By token. */
    int[] counts() {
        return counts;
    }
}
