package dev.lockstep.engine.sampling;

import dev.lockstep.graph.reference.Numerics;

/**
 * The tokens that may still be chosen, with their logits, in arrays made once. The first {@code ranked} of them are the most
 * likely ones in order (the lower token first among equals); the others are in no order. Ranking a few hundred of 128k
 * tokens costs one pass; all of them are ranked only where a distribution is so flat that a stage asks for it.
 */
final class Candidates {
    private static final int FIRST_RANKING = 64;

    private final int[] tokens;
    private final float[] logits;
    private final float[] scratch;
    private int count;
    private int ranked;

    Candidates(int vocabularySize) {
        this.tokens = new int[vocabularySize];
        this.logits = new float[vocabularySize];
        this.scratch = new float[vocabularySize];
    }

    /** Starts over with all tokens. */
    void load(float[] source, int offset) {
        count = tokens.length;
        ranked = 0;
        for (int token = 0; token < count; token++) {
            tokens[token] = token;
            logits[token] = checked(source[offset + token], token);
        }
    }

    /** Starts over with the tokens of a mask. */
    void load(float[] source, int offset, long[] mask) {
        count = 0;
        ranked = 0;
        for (int word = 0; word < mask.length; word++) {
            for (long rest = mask[word]; rest != 0; rest &= rest - 1) {
                int token = word * Long.SIZE + Long.numberOfTrailingZeros(rest);
                tokens[count] = token;
                logits[count++] = checked(source[offset + token], token);
            }
        }
        if (count == 0) {
            throw new ArithmeticException("every token is forbidden");
        }
    }

    /** A logit that can be reasoned with: a number, or negative infinity for a forbidden token. */
    static float checked(float logit, int token) {
        if (!(logit < Float.POSITIVE_INFINITY)) {
            throw new ArithmeticException("the logit of token " + token + " is " + logit);
        }
        return logit;
    }

    int count() {
        return count;
    }

    int token(int index) {
        return tokens[index];
    }

    float logit(int index) {
        return logits[index];
    }

    /** Adds {@code bias[token]}. */
    void add(float[] bias) {
        for (int i = 0; i < count; i++) {
            logits[i] += bias[tokens[i]];
        }
        ranked = 0;
    }

    void penalize(SamplerStage.Penalties penalties, int[] occurrences) {
        for (int i = 0; i < count; i++) {
            int times = occurrences[tokens[i]];
            if (times > 0) {
                float logit = logits[i];
                logit = logit > 0 ? logit / penalties.repetition() : logit * penalties.repetition();
                logits[i] = logit - (times * penalties.frequency() + penalties.presence());
            }
        }
        ranked = 0;
    }

    void keepTop(int k) {
        int keep = Math.min(k, count);
        rank(keep);
        keepFirst(keep);
    }

    void keepProbability(float p) {
        float max = max();
        double enough = p * totalWeight(max);
        double sum = 0;
        int keep = 0;
        while (keep < count && (keep == 0 || sum < enough)) {
            rankBeyond(keep);
            sum += weight(logits[keep++], max);
        }
        keepFirst(keep);
    }

    void keepRelativeProbability(float p) {
        keepAtLeast((float) (max() + StrictMath.log(p)));
    }

    private void keepAtLeast(float least) {
        int keep = 0;
        int rankedKept = 0;
        for (int i = 0; i < count; i++) {
            if (logits[i] >= least) {
                rankedKept += i < ranked ? 1 : 0;
                tokens[keep] = tokens[i];
                logits[keep] = logits[i];
                keep++;
            }
        }
        count = keep;
        ranked = rankedKept;
    }

    /** Ranks by how close the surprise is to its expectation instead of by logit; leaves the kept ones in that order. */
    void keepTypical(float p) {
        float max = max();
        double total = totalWeight(max);
        double logTotal = StrictMath.log(total);
        double entropy = entropy(max, total);
        for (int i = 0; i < count; i++) {
            scratch[tokens[i]] = logits[i];
            logits[i] = (float) -Math.abs(logTotal - (logits[i] - max) - entropy);
        }
        ranked = 0;
        double enough = p * total;
        double sum = 0;
        int keep = 0;
        while (keep < count && (keep == 0 || sum < enough)) {
            rankBeyond(keep);
            sum += weight(scratch[tokens[keep++]], max);
        }
        keepFirst(keep);
        for (int i = 0; i < count; i++) {
            logits[i] = scratch[tokens[i]];
        }
        ranked = 0;
    }

    /** Makes the largest logit 0 and divides the others' distance from it. */
    void divide(float temperature) {
        float max = max();
        for (int i = 0; i < count; i++) {
            logits[i] = (logits[i] - max) / temperature;
        }
    }

    void keepWithinDeviations(float n) {
        double sum = 0;
        double squares = 0;
        int possible = 0;
        for (int i = 0; i < count; i++) {
            if (logits[i] > Float.NEGATIVE_INFINITY) {
                sum += logits[i];
                squares += (double) logits[i] * logits[i];
                possible++;
            }
        }
        float max = max();
        double mean = sum / possible;
        double deviation = Math.sqrt(Math.max(0, squares / possible - mean * mean));
        keepAtLeast((float) (max - n * deviation));
    }

    /** Drops the most likely ones, as long as the next one has at least the probability {@code threshold} too. */
    void dropTop(float threshold) {
        float max = max();
        double least = threshold * totalWeight(max);
        int drop = 0;
        while (drop + 1 < count) {
            rankBeyond(drop + 1);
            if (weight(logits[drop + 1], max) < least) {
                break;
            }
            drop++;
        }
        if (drop > 0) {
            System.arraycopy(tokens, drop, tokens, 0, count - drop);
            System.arraycopy(logits, drop, logits, 0, count - drop);
            count -= drop;
            ranked -= drop;
        }
    }

    /** Divides by a temperature that follows from the entropy. */
    void divideByEntropy(SamplerStage.DynamicTemperature temperature) {
        if (count == 1) {
            return;
        }
        float max = max();
        double share = StrictMath.pow(entropy(max, totalWeight(max)) / StrictMath.log(count), temperature.exponent());
        divide((float) (temperature.low() + (temperature.high() - temperature.low()) * share));
    }

    /** Subtracts {@code penalties[token]}. */
    void subtract(float[] penalties) {
        for (int i = 0; i < count; i++) {
            logits[i] -= penalties[tokens[i]];
        }
        ranked = 0;
    }

    /** Ranks the first {@code k}, or all if there are fewer; says how many are ranked. */
    int rankFirst(int k) {
        int wanted = Math.min(k, count);
        rank(wanted);
        return wanted;
    }

    /** Keeps the most likely ones whose surprise is at most so many bits, one at least. */
    void keepSurprise(double bits) {
        float max = max();
        double logTotal = StrictMath.log(totalWeight(max));
        rankFirst(1);
        float first = logits[0];
        keepAtLeast(Math.min(first, (float) (max + logTotal - bits * StrictMath.log(2))));
    }

    /** Bits by which {@code token}, one of the candidates, surprises. */
    double surprise(int token) {
        float max = max();
        double logTotal = StrictMath.log(totalWeight(max));
        for (int i = 0; i < count; i++) {
            if (tokens[i] == token) {
                return (logTotal - (logits[i] - max)) / StrictMath.log(2);
            }
        }
        throw new IllegalArgumentException("token " + token + " is no candidate");
    }

    /** Probability of a candidate. */
    double probability(int index) {
        float max = max();
        return weight(logits[index], max) / totalWeight(max);
    }

    int mostLikely() {
        int best = 0;
        for (int i = 1; i < count; i++) {
            best = before(i, best) ? i : best;
        }
        requirePossible(logits[best]);
        return tokens[best];
    }

    /** The token at which the running sum of probabilities, in the present order, exceeds {@code uniform} of [0, 1). */
    int draw(double uniform) {
        float max = max();
        double total = 0;
        for (int i = 0; i < count; i++) {
            scratch[i] = weight(logits[i], max);
            total += scratch[i];
        }
        double target = uniform * total;
        double sum = 0;
        int chosen = 0;
        for (int i = 0; i < count; i++) {
            if (scratch[i] > 0) {
                chosen = i;
                sum += scratch[i];
                if (sum > target) {
                    break;
                }
            }
        }
        return tokens[chosen];
    }

    /** The largest logit. */
    private float max() {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < (ranked > 0 ? 1 : count); i++) {
            max = Math.max(max, logits[i]);
        }
        requirePossible(max);
        return max;
    }

    static void requirePossible(float largest) {
        if (largest == Float.NEGATIVE_INFINITY) {
            throw new ArithmeticException("every token is forbidden");
        }
    }

    private double totalWeight(float max) {
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += weight(logits[i], max);
        }
        return total;
    }

    private double entropy(float max, double total) {
        double logTotal = StrictMath.log(total);
        double entropy = 0;
        for (int i = 0; i < count; i++) {
            double weight = weight(logits[i], max);
            entropy += weight == 0 ? 0 : weight / total * (logTotal - (logits[i] - max));
        }
        return entropy;
    }

    /** Probability relative to the most likely token's. */
    private static float weight(float logit, float max) {
        float distance = logit - max;
        return distance < Numerics.EXP_LOW ? 0 : Numerics.exp(distance);
    }

    private void keepFirst(int keep) {
        count = keep;
        ranked = Math.min(ranked, keep);
    }

    private void rankBeyond(int index) {
        if (index >= ranked) {
            rank(Math.min(count, Math.max(FIRST_RANKING, 8 * index)));
        }
    }

    /** Puts the first {@code k} in their final places: a heap of the best ones seen, its worst at the root, then sorted. */
    private void rank(int k) {
        if (k <= ranked) {
            return;
        }
        int start = ranked;
        int size = k - start;
        for (int i = size / 2 - 1; i >= 0; i--) {
            sink(start, i, size);
        }
        for (int i = k; i < count; i++) {
            if (before(i, start)) {
                swap(i, start);
                sink(start, 0, size);
            }
        }
        for (int last = size - 1; last > 0; last--) {
            swap(start, start + last);
            sink(start, 0, last);
        }
        ranked = k;
    }

    private void sink(int start, int index, int size) {
        int parent = index;
        while (true) {
            int child = 2 * parent + 1;
            if (child >= size) {
                return;
            }
            if (child + 1 < size && before(start + child, start + child + 1)) {
                child++;
            }
            if (!before(start + parent, start + child)) {
                return;
            }
            swap(start + parent, start + child);
            parent = child;
        }
    }

    private boolean before(int a, int b) {
        return logits[a] > logits[b] || (logits[a] == logits[b] && tokens[a] < tokens[b]);
    }

    private void swap(int a, int b) {
        int token = tokens[a];
        tokens[a] = tokens[b];
        tokens[b] = token;
        float logit = logits[a];
        logits[a] = logits[b];
        logits[b] = logit;
    }
}
