package dev.lockstep.graph.reference;

/** Norms of every {@code gain.length} elements. */
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

    static Rows.Floats layerNorm(Rows.Floats x, float[] gain, float epsilon) {
        int n = gain.length;
        Rows.Floats y = Rows.Floats.of(x.rows(), x.width());
        float[] centred = new float[n];
        for (int start = 0; start < x.data().length; start += n) {
            float mean = sum(x.data(), start, n) / n;
            for (int i = 0; i < n; i++) {
                centred[i] = x.data()[start + i] - mean;
            }
            float r = 1f / (float) Math.sqrt(sumOfSquares(centred, 0, n) / n + epsilon);
            for (int i = 0; i < n; i++) {
                y.data()[start + i] = centred[i] * r * gain[i];
            }
        }
        return y;
    }

    private static float sum(float[] x, int start, int n) {
        float[] lanes = new float[Sums.LANES];
        for (int i = 0; i < n; i++) {
            lanes[i % Sums.LANES] += x[start + i];
        }
        return Sums.lanes(lanes);
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
