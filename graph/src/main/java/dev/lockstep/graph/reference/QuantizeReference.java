package dev.lockstep.graph.reference;

/** Rounds rows to 8-bit integers in blocks of 32. */
final class QuantizeReference {
    /** Blocks whose largest value is below this become 0; their scale could not be inverted. */
    private static final float SMALLEST = 0x1p-100f;

    private QuantizeReference() {}

    static Rows.Quantized quantize(Rows.Floats x) {
        int blocks = x.data().length / QuantizedBlock.COLUMNS;
        Rows.Quantized rows =
                new Rows.Quantized(x.width(), new byte[x.data().length], new float[blocks], new int[2 * blocks]);
        for (int b = 0; b < blocks; b++) {
            quantizeBlock(x.data(), b, rows);
        }
        return rows;
    }

    private static void quantizeBlock(float[] x, int b, Rows.Quantized rows) {
        int start = b * QuantizedBlock.COLUMNS;
        int end = start + QuantizedBlock.COLUMNS;
        float largest = 0;
        for (int i = start; i < end; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        if (largest < SMALLEST) {
            return;
        }
        rows.scales()[b] = largest / 127f;
        float inverse = 127f / largest;
        for (int i = start; i < end; i++) {
            int q = Numerics.round(x[i] * inverse);
            rows.quants()[i] = (byte) q;
            rows.sums()[i / 16] += q;
        }
    }
}
