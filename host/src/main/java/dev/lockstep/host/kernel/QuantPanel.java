package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.layout.QuantLayout;

/**
 * The rows of one or several tokens, rounded to 8 or 16 bits and put side by side as products read them: a block of 32 columns of all
 * tokens after the other.
 *
 * <pre>
 *   panel:  | plane | for 16 bits: another plane |
 *   plane:  | for each block, for each token: 32 quants, int8 | for each block, for each field: a word for each token |
 *   of one: | for each block: 32 quants, int8, a word for each field, as much again left free |
 * </pre>
 *
 * <p>A single token has a block's quants and fields in one cache line and leaves the next one free, since Zen 5 takes lines that are read in a row for a stream and fetches
 * what comes after them, in vain, while products need all that memory gives for their weights: 13 % of a token's time (docs/performance.md, decoding).
 *
 * <p>A 16-bit integer is {@value #HIGH} times its byte in the first plane plus its byte in the second, both from -127 to 127. Sums of
 * quants are those of the plane's own bytes; the scale and the scaled sums, in the first plane only, are those of the integers.
 *
 * @param tokens tokens side by side
 * @param width columns, a multiple of 32
 * @param planes 1 for 8 bits, 2 for 16
 */
public record QuantPanel(int tokens, int width, int planes) {
    /** Tokens of a panel in programs for several. */
    public static final int TOKENS = 16;

    private static final int BLOCK_OF_ONE = 2 * (QuantLayout.BLOCK + Field.COUNT * Integer.BYTES);

    /** What one in the first of two planes stands for. */
    static final int HIGH = 254;

    /** What is known of a block of a token. Sums come ready as the biases of products: negative, times what weights are biased by. */
    enum Field {
        /** The scale, a float. */
        SCALE,
        /** Scale times sum of the quants, a float. */
        SCALED_SUM,
        SCALED_FIRST_HALF,
        SCALED_SECOND_HALF,
        /** -8 times the sum of the quants, an int. */
        MINUS_8_SUM,
        /** What products of signed bytes start from, an int: -128 times the sum of the quants, or for {@link PairDots} minus the sum of their pairs' products. */
        BYTES_START,
        /** -32 times the sum of the quants of a half, an int, or two of 16 bits: of the first two of each four quants, and of the others ({@link DotProduct#sumsHalvesIn16Bits}). */
        MINUS_32_FIRST_HALF,
        MINUS_32_SECOND_HALF;

        private static final int COUNT = values().length;
    }

    public static QuantPanel of(RowKind kind, int width, int tokens) {
        int planes = switch (kind) {
            case Q8 -> 1;
            case Q16 -> 2;
            case F32, CHOICE -> throw new IllegalArgumentException("no integers: " + kind);
        };
        return new QuantPanel(tokens, width, planes);
    }

    /** Tokens side by side in programs for at most {@code capacity}. */
    public static int tokens(int capacity) {
        return capacity == 1 ? 1 : TOKENS;
    }

    /** Bytes from a block's quants to the next block's, of the same token. */
    int blockBytes() {
        return tokens == 1 ? BLOCK_OF_ONE : tokens * QuantLayout.BLOCK;
    }

    /**
     * Bytes from the fields of a block to those of the next. Between those of several tokens nothing lies for as long as one field: products read two or three fields of
     * each block, and at distances of powers of two these would share a quarter of the sets of the second-level cache.
     */
    int fieldsBytes() {
        return tokens == 1 ? BLOCK_OF_ONE : (Field.COUNT + 1) * tokens * Integer.BYTES;
    }

    /** Bytes from the first field of a block to one of its fields. */
    int fieldOffset(Field field) {
        return field.ordinal() * tokens * Integer.BYTES;
    }

    /** Bytes from a token's first quants to those of the next token. */
    public static int quantsStride() {
        return QuantLayout.BLOCK;
    }

    /** Bytes from a token's first field to that of the next token. */
    public static int fieldsStride() {
        return Integer.BYTES;
    }

    /** Bytes from the start of a plane to its fields. */
    public int fieldsOffset() {
        return tokens == 1 ? QuantLayout.BLOCK : tokens * width;
    }

    int planeBytes() {
        int blocks = width / QuantLayout.BLOCK;
        return tokens == 1 ? blocks * BLOCK_OF_ONE : fieldsOffset() + blocks * fieldsBytes();
    }

    public int bytes() {
        return planes * planeBytes();
    }
}
