package dev.lockstep.graph;

import dev.lockstep.tensor.TensorType;

/**
 * How the sum over the columns of a weight row is cut into segments, which depends on the number of columns and the block
 * size of the type alone.
 *
 * @param columns elements of a row
 * @param unit segments begin at multiples of this many elements
 * @param count segments; a power of two up to 8
 */
public record Segments(int columns, int unit, int count) {
    private static final int MOST = 8;
    private static final int SHORTEST = 256;

    /** The segments of rows of a type. */
    public static Segments of(TensorType type, int columns) {
        int unit = Math.max(32, type.blockElements());
        int count = Integer.highestOneBit(Math.clamp(columns / SHORTEST, 1, MOST));
        return new Segments(columns, unit, count);
    }

    /** First element of a segment; of segment {@code count}, the number of columns. */
    public int start(int segment) {
        long units = (columns + unit - 1) / unit;
        return (int) Math.min(columns, segment * units / count * unit);
    }
}
