package dev.lockstep.graph.conformance;

/**
 * How far logits are from the expected ones.
 *
 * @param absoluteRms root mean square of the difference
 * @param rms the same in standard deviations of the expected logits
 * @param max largest difference, in standard deviations
 * @param oneMinusCosine of the worst position
 * @param top1 share of positions with the same arg-max
 */
record Deviation(double absoluteRms, double rms, double max, double oneMinusCosine, double top1) {
    static Deviation between(float[] actual, float[] expected, int width) {
        int n = expected.length;
        double sum = 0;
        double squares = 0;
        double errors = 0;
        double max = 0;
        for (int i = 0; i < n; i++) {
            double error = (double) actual[i] - expected[i];
            sum += expected[i];
            squares += (double) expected[i] * expected[i];
            errors += error * error;
            max = Math.max(max, Math.abs(error));
        }
        double deviation = Math.sqrt(squares / n - sum / n * (sum / n));
        double worst = 0;
        int agreed = 0;
        for (int start = 0; start < n; start += width) {
            worst = Math.max(worst, oneMinusCosine(actual, expected, start, width));
            agreed += argMax(actual, start, width) == argMax(expected, start, width) ? 1 : 0;
        }
        double rms = Math.sqrt(errors / n);
        return new Deviation(rms, rms / deviation, max / deviation, worst, (double) agreed * width / n);
    }

    static int argMax(float[] logits, int start, int width) {
        int best = 0;
        for (int i = 1; i < width; i++) {
            best = logits[start + i] > logits[start + best] ? i : best;
        }
        return best;
    }

    private static double oneMinusCosine(float[] a, float[] b, int start, int width) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = start; i < start + width; i++) {
            ab += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return 1 - ab / Math.sqrt(aa * bb);
    }
}
