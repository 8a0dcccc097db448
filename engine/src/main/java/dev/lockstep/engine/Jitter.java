package dev.lockstep.engine;

import java.util.Arrays;

/**
 * How evenly tokens come. Each time is set beside the median of the {@value #NEIGHBOURS} before it and as many after it: with the context
 * grows what a token takes, and that is no jitter.
 *
 * @param p90 the ratio that 90 of 100 tokens stay below
 * @param p99 the ratio that 99 of 100 tokens stay below
 * @param most the largest ratio
 * @param disturbances what happened to this process while the tokens were computed
 */
public record Jitter(double p90, double p99, double most, Disturbances disturbances) {
    static final int NEIGHBOURS = 50;

    /**
     * @param seconds of the tokens of some texts, in their order
     * @param perText tokens of each text
     */
    static Jitter of(double[] seconds, int perText, Disturbances disturbances) {
        Samples ratios = new Samples(seconds.length);
        for (int first = 0; first < seconds.length; first += perText) {
            double[] text = Arrays.copyOfRange(seconds, first, first + perText);
            for (int i = 0; i < perText; i++) {
                int from = Math.clamp(i - NEIGHBOURS, 0, Math.max(0, perText - 2 * NEIGHBOURS - 1));
                double[] around = Arrays.copyOfRange(text, from, Math.min(from + 2 * NEIGHBOURS + 1, perText));
                Arrays.sort(around);
                ratios.add(text[i] / around[around.length / 2]);
            }
        }
        return new Jitter(ratios.quantile(0.9), ratios.quantile(0.99), ratios.quantile(1), disturbances);
    }
}
