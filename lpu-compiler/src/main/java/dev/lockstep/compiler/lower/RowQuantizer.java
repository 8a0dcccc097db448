package dev.lockstep.compiler.lower;

/** Rounds a row of weights to 8-bit integers with one scale. */
final class RowQuantizer {
    private static final int LARGEST = 127;

    private RowQuantizer() {}

    /**
     * Rounds to nearest even multiples of the scale, which makes the largest magnitude 127.
     *
     * @param integers are written
     * @return the scale; 0 for a row of zeros
     */
    static float quantize(float[] row, short[] integers) {
        float largest = 0;
        for (float weight : row) {
            largest = Math.max(largest, Math.abs(weight));
        }
        float scale = largest / LARGEST;
        for (int i = 0; i < row.length; i++) {
            integers[i] = scale == 0 ? 0 : (short) Math.clamp(Math.rint(row[i] / scale), -LARGEST, LARGEST);
        }
        return scale;
    }
}
