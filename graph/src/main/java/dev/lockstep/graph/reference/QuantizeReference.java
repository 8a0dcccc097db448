package dev.lockstep.graph.reference;

import dev.lockstep.graph.RowKind;

/** Rounds rows to integers in blocks of 32. */
final class QuantizeReference {
    /** Blocks whose largest value is below this become 0; their scale could not be inverted. */
    private static final float SMALLEST = 0x1p-100f;

    private QuantizeReference() {}

    static Rows.Quantized quantize(Rows.Floats x, RowKind kind) {
        float limit = limit(kind);
        int blocks = x.data().length / QuantizedBlock.COLUMNS;
        Rows.Quantized rows =
                new Rows.Quantized(x.width(), new short[x.data().length], new float[blocks], new int[2 * blocks]);
        for (int b = 0; b < blocks; b++) {
            quantizeBlock(x.data(), b, limit, rows);
        }
        return rows;
    }

    /** The integer that the largest magnitude of a block becomes. */
    private static float limit(RowKind kind) {
        return switch (kind) {
            case Q8 -> 127;
            case Q16 -> 127 * 254;
            case F32, CHOICE -> throw new IllegalArgumentException("no integers: " + kind);
        };
    }

    private static void quantizeBlock(float[] x, int b, float limit, Rows.Quantized rows) {
        int start = b * QuantizedBlock.COLUMNS;
        int end = start + QuantizedBlock.COLUMNS;
        float largest = 0;
        for (int i = start; i < end; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        if (largest < SMALLEST) {
            return;
        }
        rows.scales()[b] = largest / limit;
        float inverse = limit / largest;
        for (int i = start; i < end; i++) {
            int q = Numerics.round(x[i] * inverse);
            rows.quants()[i] = (short) q;
            rows.sums()[i / 16] += q;
        }
    }
}
