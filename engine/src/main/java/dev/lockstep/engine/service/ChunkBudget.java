package dev.lockstep.engine.service;

/**
 * How many tokens of prompts go along with those that somebody is waiting for. Follows measured times: a step that took longer than
 * it may shrinks the next ones, one that was far from it and was full lets them grow.
 */
final class ChunkBudget {
    /** So many at least, so that prompts are read at all. */
    private static final int LEAST = 16;

    private final long stallNanos;
    private final int most;
    private double tokens;

    ChunkBudget(long stallNanos, int most) {
        this.stallNanos = stallNanos;
        this.most = most;
        this.tokens = Math.min(64, most);
    }

    int tokens() {
        return (int) tokens;
    }

    /** Learns from a step in which some waited while {@code read} tokens of prompts were computed. */
    void learn(int read, long nanos) {
        if (nanos > stallNanos) {
            tokens = Math.max(Math.min(LEAST, most), Math.min(tokens, read * (double) stallNanos / nanos));
        } else if (read >= tokens() && nanos < 0.8 * stallNanos) {
            tokens = Math.min(most, tokens * Math.min(2, 0.9 * stallNanos / nanos));
        }
    }
}
