package dev.lockstep.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How far logits are from exact ones, as sums that can be added up over prompts and models.
 *
 * @param divergences for each position the Kullback-Leibler divergence of the exact distribution from the other one, in nats
 * @param squares sum over positions of the mean squared error, in units of the variance of the exact logits
 * @param largest error, in standard deviations of the exact logits
 * @param agreed positions where both have the same largest logit
 */
record LogitsError(List<Double> divergences, double squares, double largest, int agreed) {
    LogitsError {
        divergences = List.copyOf(divergences);
    }

    /** Compares rows of {@code width} logits each. */
    static LogitsError between(float[] exact, float[] other, int width) {
        double variance = variance(exact);
        List<Double> divergences = new ArrayList<>();
        double squares = 0;
        double largest = 0;
        int agreed = 0;
        for (int row = 0; row < exact.length; row += width) {
            divergences.add(divergence(exact, other, row, width));
            for (int i = row; i < row + width; i++) {
                double error = (double) other[i] - exact[i];
                squares += error * error / width / variance;
                largest = Math.max(largest, Math.abs(error) / Math.sqrt(variance));
            }
            agreed += argMax(exact, row, width) == argMax(other, row, width) ? 1 : 0;
        }
        return new LogitsError(divergences, squares, largest, agreed);
    }

    LogitsError plus(LogitsError other) {
        return new LogitsError(
                Stream.concat(divergences.stream(), other.divergences.stream()).toList(),
                squares + other.squares,
                Math.max(largest, other.largest),
                agreed + other.agreed);
    }

    int positions() {
        return divergences.size();
    }

    double meanDivergence() {
        return mean(divergences);
    }

    /**
     * By how many standard errors the mean divergence of {@code other} is larger than that of these: position by position, since a text has
     * places where any rounding shows and others where none does.
     */
    double standardErrorsBelow(LogitsError other) {
        List<Double> differences = IntStream.range(0, positions())
                .mapToObj(i -> other.divergences.get(i) - divergences.get(i))
                .toList();
        double mean = mean(differences);
        double squares = differences.stream()
                .mapToDouble(difference -> (difference - mean) * (difference - mean))
                .sum();
        return mean / Math.sqrt(squares / (positions() - 1) / positions());
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** Root mean square, in standard deviations of the exact logits. */
    double rms() {
        return Math.sqrt(squares / positions());
    }

    private static double variance(float[] values) {
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        double mean = sum / values.length;
        return squares / values.length - mean * mean;
    }

    /** Sum of p ln(p / q) for the softmaxes p and q of two rows. */
    private static double divergence(float[] p, float[] q, int row, int width) {
        double normP = logSumOfExponentials(p, row, width);
        double normQ = logSumOfExponentials(q, row, width);
        double sum = 0;
        for (int i = row; i < row + width; i++) {
            double logP = p[i] - normP;
            sum += Math.exp(logP) * (logP - (q[i] - normQ));
        }
        return sum;
    }

    private static double logSumOfExponentials(float[] logits, int row, int width) {
        double max = logits[row + argMax(logits, row, width)];
        double sum = 0;
        for (int i = row; i < row + width; i++) {
            sum += Math.exp(logits[i] - max);
        }
        return max + Math.log(sum);
    }

    private static int argMax(float[] logits, int row, int width) {
        int best = 0;
        for (int i = 1; i < width; i++) {
            best = logits[row + i] > logits[row + best] ? i : best;
        }
        return best;
    }
}
