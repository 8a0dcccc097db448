package dev.lockstep.tensor;

/**
 * Rounds blocks of 256 numbers to {@code d * scale * level}, where a sub-block shares an integer scale and all share d: Q3_K and Q6_K. Each sub-block
 * gets its best scale by itself; d is fitted to all of them, and each integer scale may move by one where that helps.
 */
final class ScaledSubBlocks {
    static final int ELEMENTS = 256;
    private static final int TURNS = 1;

    private final int subBlock;
    private final int lowScale;
    private final int highScale;
    private final ScaleFit fit;
    private final float[] wanted;
    private final int[] scales;
    private final int[] levels = new int[ELEMENTS];
    private float d;

    ScaledSubBlocks(int subBlock, int lowLevel, int highLevel, int lowScale, int highScale) {
        this.subBlock = subBlock;
        this.lowScale = lowScale;
        this.highScale = highScale;
        this.fit = new ScaleFit(lowLevel, highLevel, subBlock);
        this.wanted = new float[ELEMENTS / subBlock];
        this.scales = new int[ELEMENTS / subBlock];
    }

    void round(float[] x, int at) {
        float largest = 0;
        for (int s = 0; s < scales.length; s++) {
            wanted[s] = fit.scale(x, at + s * subBlock, subBlock);
            largest = Math.abs(wanted[s]) > Math.abs(largest) ? wanted[s] : largest;
        }
        // The largest takes the end of the range that is farther from zero.
        d = Halves.rounded(largest / lowScale);
        for (int s = 0; s < scales.length; s++) {
            scales[s] = d == 0 ? 0 : Levels.nearest(wanted[s] / d, lowScale, highScale);
        }
        for (int turn = 0; turn < TURNS; turn++) {
            moveScales(x, at);
            fitD(x, at);
        }
        moveScales(x, at);
    }

    int subBlocks() {
        return scales.length;
    }

    float d() {
        return d;
    }

    int scale(int s) {
        return scales[s];
    }

    int level(int i) {
        return levels[i];
    }

    private void moveScales(float[] x, int at) {
        for (int s = 0; s < scales.length; s++) {
            int before = scales[s];
            double least = error(x, at, s, before);
            for (int scale = Math.max(before - 1, lowScale); scale <= Math.min(before + 1, highScale); scale++) {
                double error = error(x, at, s, scale);
                if (error < least) {
                    least = error;
                    scales[s] = scale;
                }
            }
            error(x, at, s, scales[s]);
        }
    }

    /** The error of a sub-block with a scale; its levels stay behind. */
    private double error(float[] x, int at, int s, int scale) {
        float step = d * scale;
        float inverse = step == 0 ? 0 : 1 / step;
        double error = 0;
        for (int i = s * subBlock; i < (s + 1) * subBlock; i++) {
            levels[i] = fit.level(x[at + i] * inverse);
            float difference = x[at + i] - step * levels[i];
            error += difference * difference;
        }
        return error;
    }

    private void fitD(float[] x, int at) {
        double products = 0;
        double squares = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            double scaled = scales[i / subBlock] * levels[i];
            products += x[at + i] * scaled;
            squares += scaled * scaled;
        }
        if (squares > 0) {
            d = Halves.rounded((float) (products / squares));
        }
    }
}
