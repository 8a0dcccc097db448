package dev.lockstep.graph.reference;

import dev.lockstep.graph.Segments;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Matrix products. Rows of the matrix are independent, and computed in parallel. */
final class LinearReference {
    private static final int ROWS_PER_TASK = 16;

    private LinearReference() {}

    /**
     * Multiplies some rows of {@code x} with a matrix: row {@code to[i]} of {@code y} becomes matrix * row {@code from[i]} of
     * {@code x}. Every row of the matrix is decoded once, however many rows are multiplied.
     */
    static void multiply(Tensor matrix, Rows x, int[] from, float[] y, int[] to) {
        int rows = Math.toIntExact(matrix.rows());
        IntStream.range(0, (rows + ROWS_PER_TASK - 1) / ROWS_PER_TASK)
                .parallel()
                .forEach(task -> {
                    RowProduct product = switch (x) {
                        case Rows.Floats floats -> new FloatProduct(matrix, floats, from);
                        case Rows.Quantized quantized -> new QuantizedProduct(matrix, quantized, from);
                        case Rows.Choices _ -> throw new IllegalArgumentException("a product with choices");
                    };
                    int end = Math.min(rows, (task + 1) * ROWS_PER_TASK);
                    for (int row = task * ROWS_PER_TASK; row < end; row++) {
                        product.compute(row);
                        for (int i = 0; i < to.length; i++) {
                            y[to[i] * rows + row] = product.result(i);
                        }
                    }
                });
    }

    /** Products of one matrix row with several rows of activations. */
    private abstract static class RowProduct {
        final Segments segments;
        private final float[][] sums;

        RowProduct(Tensor matrix, int count) {
            segments = Segments.of(matrix.type(), Math.toIntExact(matrix.columns()));
            sums = new float[count][segments.count()];
        }

        final void compute(int row) {
            load(row);
            for (int s = 0; s < segments.count(); s++) {
                computeSegment(row, segments.start(s), segments.start(s + 1), s);
            }
        }

        final float result(int i) {
            return Sums.segments(sums[i], segments.count());
        }

        final void setSum(int i, int segment, float sum) {
            sums[i][segment] = sum;
        }

        abstract void load(int row);

        abstract void computeSegment(int row, int start, int end, int segment);
    }

    private static final class FloatProduct extends RowProduct {
        private final Tensor matrix;
        private final Rows.Floats x;
        private final int[] from;
        private final float[] w;

        FloatProduct(Tensor matrix, Rows.Floats x, int[] from) {
            super(matrix, from.length);
            this.matrix = matrix;
            this.x = x;
            this.from = from;
            this.w = new float[segments.columns()];
        }

        @Override
        void load(int row) {
            Dequantizer.dequantizeRow(matrix, row, w, 0);
        }

        @Override
        void computeSegment(int row, int start, int end, int segment) {
            for (int i = 0; i < from.length; i++) {
                int offset = from[i] * w.length;
                float acc = 0;
                for (int k = start; k < end; k++) {
                    acc = Math.fma(w[k], x.data()[offset + k], acc);
                }
                setSum(i, segment, acc);
            }
        }
    }

    private static final class QuantizedProduct extends RowProduct {
        private final Tensor matrix;
        private final BlockArithmetic arithmetic;
        private final QuantizedBlock block;
        private final Rows.Quantized x;
        private final int[] from;
        private final float[] acc;

        QuantizedProduct(Tensor matrix, Rows.Quantized x, int[] from) {
            super(matrix, from.length);
            this.matrix = matrix;
            this.arithmetic = BlockArithmetic.of(matrix.type());
            this.block = new QuantizedBlock(matrix.type());
            this.x = x;
            this.from = from;
            this.acc = new float[from.length];
        }

        @Override
        void load(int row) {}

        @Override
        void computeSegment(int row, int start, int end, int segment) {
            Arrays.fill(acc, 0);
            int blocksPerRow = segments.columns() / QuantizedBlock.COLUMNS;
            for (int b = start / QuantizedBlock.COLUMNS; b < end / QuantizedBlock.COLUMNS; b++) {
                block.read(matrix.data(), row * matrix.rowBytes(), b);
                for (int i = 0; i < from.length; i++) {
                    acc[i] = addBlock(acc[i], from[i] * blocksPerRow + b);
                }
            }
            for (int i = 0; i < from.length; i++) {
                setSum(i, segment, acc[i]);
            }
        }

        /** Adds the product of the present block with block {@code b} of the activations. */
        private float addBlock(float sum, int b) {
            float d = x.scales()[b];
            long dot = (long) block.sub(0) * halfDot(b, 0) + (long) block.sub(1) * halfDot(b, 1);
            float next = Math.fma(block.scale() * d, dot, sum);
            int sum0 = x.sums()[2 * b];
            int sum1 = x.sums()[2 * b + 1];
            return switch (arithmetic.minima()) {
                case NONE -> next;
                case PER_BLOCK -> Math.fma(block.min(0), d * (sum0 + sum1), next);
                case PER_HALF -> Math.fma(block.min(1), d * sum1, Math.fma(block.min(0), d * sum0, next));
            };
        }

        private int halfDot(int b, int half) {
            byte[] w = block.quants();
            short[] q = x.quants();
            int first = half * 16;
            int offset = b * QuantizedBlock.COLUMNS;
            int dot = 0;
            for (int i = first; i < first + 16; i++) {
                dot += w[i] * q[offset + i];
            }
            return dot;
        }
    }
}
