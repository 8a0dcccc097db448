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
 * </pre>
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

    /** Bytes from a block's quants to the next block's, of the same token. */
    int blockBytes() {
        return tokens * QuantLayout.BLOCK;
    }

    /**
     * Bytes from the fields of a block to those of the next. Between those of panels nothing lies for as long as one field: products read two or three fields of each block,
     * and at distances of powers of two these would share a quarter of the sets of the second-level cache.
     */
    int fieldsBytes() {
        return (tokens == 1 ? Field.COUNT : Field.COUNT + 1) * tokens * Integer.BYTES;
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
        return tokens * width;
    }

    int planeBytes() {
        return fieldsOffset() + width / QuantLayout.BLOCK * fieldsBytes();
    }

    public int bytes() {
        return planes * planeBytes();
    }
}
