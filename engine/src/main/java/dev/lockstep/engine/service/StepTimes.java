package dev.lockstep.engine.service;

/** How long steps of few tokens take, as measured; what guessing ahead costs follows from it. */
final class StepTimes {
    /** Steps of more tokens are those that read prompts. */
    static final int MOST = 64;

    private static final double WEIGHT = 0.15;

    /** What one more token costs, relative to a step, until it was measured. */
    private static final double FIRST_GUESS = 0.12;

    private final double[] nanos = new double[MOST + 1];
    private boolean known;

    void measured(int tokens, long time) {
        if (tokens <= MOST) {
            known = true;
            nanos[tokens] = nanos[tokens] == 0 ? time : nanos[tokens] + WEIGHT * (time - nanos[tokens]);
            // Fewer tokens never take longer: what was measured while something else ran, and never since, is out of
            // date.
            for (int fewer = 1; fewer < tokens; fewer++) {
                nanos[fewer] = Math.min(nanos[fewer], nanos[tokens]);
            }
        }
    }

    /** Whether any step was measured. */
    boolean known() {
        return known;
    }

    /** How much longer a step of {@code more} tokens takes than one of {@code tokens}; 1 if as long. */
    double ratio(int tokens, int more) {
        return nanos(more) / nanos(tokens);
    }

    /** How long a step takes; in steps of one token as long as nothing is known. */
    double nanos(int tokens) {
        return tokens > MOST ? Double.POSITIVE_INFINITY : time(tokens);
    }

    private double time(int tokens) {
        int below = tokens;
        while (below > 0 && nanos[below] == 0) {
            below--;
        }
        int above = tokens;
        while (above < MOST && nanos[above] == 0) {
            above++;
        }
        boolean bounded = nanos[above] > 0 && above > below;
        if (below == 0) {
            return bounded ? nanos[above] / (1 + FIRST_GUESS * (above - tokens)) : 1 + FIRST_GUESS * (tokens - 1);
        }
        return bounded
                ? nanos[below] + (nanos[above] - nanos[below]) * (tokens - below) / (above - below)
                : nanos[below] * (1 + FIRST_GUESS * (tokens - below));
    }

    /**
     * How many tokens to guess ahead for one of {@code streams} texts in a step that has {@code tokens} already, so that most tokens
     * come out per time.
     *
     * @param trust how likely a guess is right, given that those before it were
     * @param nanosPerGuess what it takes to make a guess
     */
    int worthwhile(int streams, int tokens, double trust, int most, double nanosPerGuess) {
        int best = 0;
        double bestGain = 1.05; // a little is not worth the risk
        double expected = 1;
        double right = 1;
        for (int guesses = 1; guesses <= most; guesses++) {
            right *= trust;
            expected += right;
            double longer = ratio(tokens, tokens + guesses) + guesses * nanosPerGuess / nanos(tokens);
            double gain = (streams - 1 + expected) / streams / longer;
            if (gain > bestGain) {
                best = guesses;
                bestGain = gain;
            }
        }
        return best;
    }
}
