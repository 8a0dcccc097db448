package dev.lockstep.graph.reference;

/** Root-mean-square norm of every {@code gain.length} elements. */
final class NormReference {
    private NormReference() {}

    static Rows.Floats rmsNorm(Rows.Floats x, float[] gain, float epsilon) {
        int n = gain.length;
        Rows.Floats y = Rows.Floats.of(x.rows(), x.width());
        for (int start = 0; start < x.data().length; start += n) {
            float r = 1f / (float) Math.sqrt(sumOfSquares(x.data(), start, n) / n + epsilon);
            for (int i = 0; i < n; i++) {
                y.data()[start + i] = x.data()[start + i] * r * gain[i];
            }
        }
        return y;
    }

    private static float sumOfSquares(float[] x, int start, int n) {
        float[] lanes = new float[Sums.LANES];
        for (int i = 0; i < n; i++) {
            float v = x[start + i];
            lanes[i % Sums.LANES] = Math.fma(v, v, lanes[i % Sums.LANES]);
        }
        return Sums.lanes(lanes);
    }
}
