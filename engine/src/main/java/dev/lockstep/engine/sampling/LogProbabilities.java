package dev.lockstep.engine.sampling;

import dev.lockstep.graph.reference.Numerics;

/** Probabilities of tokens as the model says, before any sampler, and the most likely ones. Made once, for any number of places. */
public final class LogProbabilities {
    private final int vocabularySize;
    private final int[] best;
    private float[] logits = new float[0];
    private int offset;
    private int count;
    private double logTotal;

    /** @param most how many of the most likely tokens to find */
    public LogProbabilities(int vocabularySize, int most) {
        this.vocabularySize = vocabularySize;
        this.best = new int[Math.min(most, vocabularySize)];
    }

    /** Looks at the logits of one place, which stand from {@code offset} on and must not change meanwhile. */
    public void load(float[] logits, int offset) {
        this.logits = logits;
        this.offset = offset;
        count = 0;
        float max = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < vocabularySize; token++) {
            max = Math.max(max, logit(token));
            insert(token);
        }
        double total = 0;
        for (int token = 0; token < vocabularySize; token++) {
            float distance = logit(token) - max;
            total += distance < Numerics.EXP_LOW ? 0 : Numerics.exp(distance);
        }
        logTotal = max + StrictMath.log(total);
    }

    /** The natural logarithm of a token's probability. */
    public float of(int token) {
        return (float) (logit(token) - logTotal);
    }

    /** How many most likely tokens there are. */
    public int count() {
        return count;
    }

    /** The most likely tokens in order, the lower one first among equals. */
    public int best(int rank) {
        return best[rank];
    }

    private float logit(int token) {
        return logits[offset + token];
    }

    private void insert(int token) {
        if (count == best.length) {
            if (count == 0 || logit(token) <= logit(best[count - 1])) {
                return;
            }
            count--;
        }
        int place = count++;
        while (place > 0 && logit(best[place - 1]) < logit(token)) {
            best[place] = best[place - 1];
            place--;
        }
        best[place] = token;
    }
}
