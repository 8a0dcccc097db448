package dev.lockstep.tensor;

/**
 * Rounds blocks of 256 numbers to {@code d * scale * level - dmin * minimum}, where a sub-block shares integers for scale and minimum and all
 * share d and dmin: Q2_K, Q4_K and Q5_K. Each sub-block is fitted by itself; d and dmin then by linear regression over all, and the integers may move
 * by one where that helps.
 */
final class OffsetSubBlocks {
    static final int ELEMENTS = 256;
    private static final int TURNS = 1;

    private final int subBlock;
    private final int highLevel;
    private final int highScale;
    private final OffsetFit fit;
    private final float[] wantedScales;
    private final float[] wantedMinima;
    private final int[] scales;
    private final int[] minima;
    private final int[] levels = new int[ELEMENTS];
    private float d;
    private float dmin;

    OffsetSubBlocks(int subBlock, int highLevel, int highScale) {
        this.subBlock = subBlock;
        this.highLevel = highLevel;
        this.highScale = highScale;
        this.fit = new OffsetFit(highLevel, true);
        int count = ELEMENTS / subBlock;
        this.wantedScales = new float[count];
        this.wantedMinima = new float[count];
        this.scales = new int[count];
        this.minima = new int[count];
    }

    void round(float[] x, int at) {
        float largestScale = 0;
        float largestMinimum = 0;
        for (int s = 0; s < scales.length; s++) {
            fit.fit(x, at + s * subBlock, subBlock);
            wantedScales[s] = fit.scale();
            wantedMinima[s] = fit.minimum();
            largestScale = Math.max(largestScale, wantedScales[s]);
            largestMinimum = Math.max(largestMinimum, wantedMinima[s]);
        }
        d = Halves.rounded(largestScale / highScale);
        dmin = Halves.rounded(largestMinimum / highScale);
        for (int s = 0; s < scales.length; s++) {
            scales[s] = nearest(wantedScales[s], d);
            minima[s] = nearest(wantedMinima[s], dmin);
        }
        for (int turn = 0; turn < TURNS; turn++) {
            moveIntegers(x, at);
            fitBoth(x, at);
        }
        moveIntegers(x, at);
    }

    int subBlocks() {
        return scales.length;
    }

    float d() {
        return d;
    }

    float dmin() {
        return dmin;
    }

    int scale(int s) {
        return scales[s];
    }

    int minimum(int s) {
        return minima[s];
    }

    int level(int i) {
        return levels[i];
    }

    private int nearest(float wanted, float unit) {
        return unit == 0 ? 0 : Levels.nearest(wanted / unit, 0, highScale);
    }

    private void moveIntegers(float[] x, int at) {
        for (int s = 0; s < scales.length; s++) {
            int scaleBefore = scales[s];
            int minimumBefore = minima[s];
            double least = error(x, at, s, scaleBefore, minimumBefore);
            for (int scale = Math.max(scaleBefore - 1, 0); scale <= Math.min(scaleBefore + 1, highScale); scale++) {
                for (int minimum = Math.max(minimumBefore - 1, 0);
                        minimum <= Math.min(minimumBefore + 1, highScale);
                        minimum++) {
                    double error = error(x, at, s, scale, minimum);
                    if (error < least) {
                        least = error;
                        scales[s] = scale;
                        minima[s] = minimum;
                    }
                }
            }
            error(x, at, s, scales[s], minima[s]);
        }
    }

    /** The error of a sub-block with these integers; its levels stay behind. */
    private double error(float[] x, int at, int s, int scale, int minimum) {
        float step = d * scale;
        float offset = dmin * minimum;
        float inverse = step == 0 ? 0 : 1 / step;
        double error = 0;
        for (int i = s * subBlock; i < (s + 1) * subBlock; i++) {
            levels[i] = Levels.nearest((x[at + i] + offset) * inverse, 0, highLevel);
            float difference = x[at + i] - (step * levels[i] - offset);
            error += difference * difference;
        }
        return error;
    }

    /** With levels and integers given, numbers are linear in d and dmin. */
    private void fitBoth(float[] x, int at) {
        double aa = 0;
        double ab = 0;
        double bb = 0;
        double xa = 0;
        double xb = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            double a = scales[i / subBlock] * levels[i];
            double b = -minima[i / subBlock];
            aa += a * a;
            ab += a * b;
            bb += b * b;
            xa += x[at + i] * a;
            xb += x[at + i] * b;
        }
        double determinant = aa * bb - ab * ab;
        if (determinant > 1e-9 * aa * bb) {
            double scale = (xa * bb - xb * ab) / determinant;
            double minimum = (xb * aa - xa * ab) / determinant;
            if (scale > 0 && minimum > 0) {
                d = Halves.rounded((float) scale);
                dmin = Halves.rounded((float) minimum);
            }
        } else if (bb == 0 && aa > 0 && xa > 0) {
            d = Halves.rounded((float) (xa / aa));
        }
    }
}
