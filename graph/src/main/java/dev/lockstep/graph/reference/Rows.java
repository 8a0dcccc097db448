package dev.lockstep.graph.reference;

import java.util.stream.IntStream;

/** The value of an operation: a row per token. */
sealed interface Rows {
    /**
     * Floats.
     *
     * @param data rows one after the other
     */
    record Floats(int width, float[] data) implements Rows {
        static Floats of(int rows, int width) {
            return new Floats(width, new float[rows * width]);
        }

        int rows() {
            return data.length / width;
        }
    }

    /**
     * Integers of 8 or 16 bits in blocks of 32 columns.
     *
     * @param quants rows one after the other
     * @param scales one per block
     * @param sums of the quants of each half block
     */
    record Quantized(int width, short[] quants, float[] scales, int[] sums) implements Rows {}

    /**
     * Chosen experts.
     *
     * @param width chosen experts per row
     * @param experts rows one after the other
     * @param weights of the experts, in the same order
     */
    record Choices(int width, int[] experts, float[] weights) implements Rows {
        /** Every row chooses all, in order. */
        static Choices ofAll(int experts, int rows) {
            int[] numbers =
                    IntStream.range(0, rows * experts).map(i -> i % experts).toArray();
            return new Choices(experts, numbers, new float[numbers.length]);
        }
    }
}
