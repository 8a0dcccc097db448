package dev.lockstep.cli;

/**
 * How far logits are from exact ones, as sums that can be added up over prompts and models.
 *
 * @param positions rows that were compared
 * @param divergence sum over positions of the Kullback-Leibler divergence of the exact distribution from the other one, in nats
 * @param squares sum over positions of the mean squared error, in units of the variance of the exact logits
 * @param largest error, in standard deviations of the exact logits
 * @param agreed positions where both have the same largest logit
 */
record LogitsError(int positions, double divergence, double squares, double largest, int agreed) {
    static final LogitsError NONE = new LogitsError(0, 0, 0, 0, 0);

    /** Compares rows of {@code width} logits each. */
    static LogitsError between(float[] exact, float[] other, int width) {
        double variance = variance(exact);
        double divergence = 0;
        double squares = 0;
        double largest = 0;
        int agreed = 0;
        for (int row = 0; row < exact.length; row += width) {
            divergence += divergence(exact, other, row, width);
            for (int i = row; i < row + width; i++) {
                double error = (double) other[i] - exact[i];
                squares += error * error / width / variance;
                largest = Math.max(largest, Math.abs(error) / Math.sqrt(variance));
            }
            agreed += argMax(exact, row, width) == argMax(other, row, width) ? 1 : 0;
        }
        return new LogitsError(exact.length / width, divergence, squares, largest, agreed);
    }

    LogitsError plus(LogitsError other) {
        return new LogitsError(
                positions + other.positions,
                divergence + other.divergence,
                squares + other.squares,
                Math.max(largest, other.largest),
                agreed + other.agreed);
    }

    double meanDivergence() {
        return divergence / positions;
    }

    /** Root mean square, in standard deviations of the exact logits. */
    double rms() {
        return Math.sqrt(squares / positions);
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
